"""What is kept of every look-up, and of every act on somebody's behalf (P13, S5)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Kind = Literal["digitally-active", "interest", "reservation", "representation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call, about one citizen or a thousand. `about` is the area, or the kind of reservation.

    `actor`, `represented`, `relation` and `act` are those of somebody acting for somebody else, `allowed` whether they
    might. Without an `act`, a power of attorney was about to be given.
    """

    kind: Kind
    at: datetime
    about: str | None = None
    organisation: str | None = None
    client_id: str | None = None
    source_system: str | None = None
    actor: str | None = None
    represented: str | None = None
    relation: str | None = None
    act: str | None = None
    allowed: bool = True
