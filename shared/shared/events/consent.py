"""What consent-api tells."""

from datetime import date
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
    """The citizen's consent level from now on (S1); withdrawing `full` hides tools and ends messages (S6)."""

    name = "consent.level-changed.v1"

    level: Literal["none", "basis", "full"]


class ReservationChanged(_ConsentEvent):
    """The citizen has made or lifted a reservation of this kind (S4)."""

    name = "consent.reservation-changed.v1"
    hint = True  # reservations are asked for at the moment of sending

    kind: str
    reserved: bool


class RepresentationChanged(_ConsentEvent):
    """Somebody may, or may no longer, act for the citizen (S5). `version` counts the changes between the two.

    Of a power of attorney: what it covers and its first and last day. `active` is whether it is in force now.
    """

    name = "consent.representation-changed.v1"
    hint = True  # representation is verified on every use

    representative: str
    relation: Literal["parent", "power-of-attorney"]
    active: bool
    areas: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
