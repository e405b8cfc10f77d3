"""What helsetilbud-api tells about what the citizen did with a tool."""

from typing import ClassVar
from uuid import UUID

from shared.events.envelope import Event
from shared.schemas import Timestamp


class _CitizenToolEvent(Event):
    """`prescription_id` is absent when the citizen added the tool alone; `acted_by` is the person who did it (S5)."""

    name: ClassVar[str] = ""

    citizen: str
    tool_id: UUID
    prescription_id: UUID | None = None
    acted_by: str
    at: Timestamp

    @property
    def subject(self) -> str:
        return str(self.prescription_id or self.tool_id)


class ToolOpened(_CitizenToolEvent):
    """Opened; the first time ends a prescription's being new (M1) and stops reminders (V5)."""

    name = "helsetilbud.tool-opened.v1"


class ToolRemoved(_CitizenToolEvent):
    """Deleted by the citizen; the same tool can be prescribed again (P6, P10)."""

    name = "helsetilbud.tool-removed.v1"


class ToolAdded(_CitizenToolEvent):
    """Taken into use by the citizen alone (M2)."""

    name = "helsetilbud.tool-added.v1"
    hint = True  # no service does anything about it yet
