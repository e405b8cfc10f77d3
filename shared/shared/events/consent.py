"""What consent-api tells."""

from typing import ClassVar, Literal

from shared.events.envelope import Event
from shared.schemas import Timestamp


class _ConsentEvent(Event):
    """`version` counts the changes of this citizen's row; a copy ignores what is not newer."""

    name: ClassVar[str] = ""

    citizen: str
    version: int
    changed_at: Timestamp

    @property
    def subject(self) -> str:
        return self.citizen


class LevelChanged(_ConsentEvent):
    """The citizen's consent level from now on (S1); withdrawing `full` has the effects of S6."""

    name = "consent.level-changed.v1"

    level: Literal["none", "basis", "full"]


class ReservationChanged(_ConsentEvent):
    """The citizen has made or lifted a reservation of this kind (S4)."""

    name = "consent.reservation-changed.v1"

    kind: str
    reserved: bool


class RepresentationChanged(_ConsentEvent):
    """Somebody may, or may no longer, act for the citizen (S5)."""

    name = "consent.representation-changed.v1"

    representative: str
    relation: Literal["parent", "power-of-attorney"]
    active: bool
