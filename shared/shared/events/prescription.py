"""What prescription-api tells. No diagnosis, no text a practitioner wrote: only who, what and until when."""

from typing import ClassVar
from uuid import UUID

from shared.events.envelope import Event
from shared.schemas import Timestamp


class _PrescriptionEvent(Event):
    """`version` counts the prescription's changes, so that a late message never undoes a newer one."""

    name: ClassVar[str] = ""

    prescription_id: UUID
    citizen: str
    tool_id: UUID
    version: int = 1

    @property
    def subject(self) -> str:
        return str(self.prescription_id)


class _ToldEvent(_PrescriptionEvent):
    """What people are notified of. `representative_may_use` is what the tool says (K1) when the event is made: of what
    only the citizen may use nobody else is told (V1, S5). None from before it was told, and of a tool that is not
    known: unknown is not yes.
    """

    representative_may_use: bool | None = None


class ToolPrescribed(_ToldEvent):
    """A practitioner has sent a tool to a citizen. `profession` is a code of 9060; `deadline` ends the prescription
    unopened (P7). `has_greeting`: whether the practitioner has written to the patient, which is asked for where it is
    shown (0058); None from before it was told.
    """

    name = "prescription.tool-prescribed.v1"

    tool_revision: int
    prescriber_name: str
    prescriber_profession: str | None = None
    organisation: str
    organisation_name: str | None = None
    prescribed_at: Timestamp
    deadline: Timestamp
    has_greeting: bool | None = None


class PrescriptionRevoked(_ToldEvent):
    """`category` is a code of why; None from before it was told. The reason itself is for the record alone."""

    name = "prescription.prescription-revoked.v1"

    revoked_at: Timestamp
    category: str | None = None


class PrescriptionExpired(_PrescriptionEvent):
    name = "prescription.prescription-expired.v1"

    expired_at: Timestamp


class PrescriptionEnded(_ToldEvent):
    """By the prescribing organisation, after the tool was opened: it has done its work. `category` as of
    PrescriptionRevoked.
    """

    name = "prescription.prescription-ended.v1"

    ended_at: Timestamp
    category: str | None = None


class PrescriptionStopped(_ToldEvent):
    """Its tool has been stopped (K4); it lives again when the tool is reinstated."""

    name = "prescription.prescription-stopped.v1"

    stopped_at: Timestamp


class DeadlineApproaching(_ToldEvent):
    """So many days are left, and the tool is not known to be opened (P7, V5): 0 is the last day, by Norwegian time."""

    name = "prescription.deadline-approaching.v1"

    deadline: Timestamp
    days_left: int
