"""Consent levels and who is digitally active: the tables, and the rules that need no I/O."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Column, DateTime, Integer, Table, Text

from shared.db import metadata

Level = Literal["none", "basis", "full"]
Area = Literal["health-care", "youth", "research", "administration"]
Reason = Literal["no-consent", "consent-basis-only", "too-young"]
Actor = Literal["self", "representative", "import"]

_metadata = metadata()

consent = Table(
    "consent",
    _metadata,
    Column("citizen", Text, primary_key=True),
    Column("level", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)

consent_history = Table(
    "consent_history",
    _metadata,
    Column("citizen", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("level", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("acted_by", Text),
)

# Helsenorge's code system 7618 asks for full access in health care, administration and secondary use. The level for
# youth is not published, and the strictest is the safe reading.
NEEDED_LEVEL: Final[dict[Area, Level]] = {
    "health-care": "full",
    "youth": "full",
    "research": "full",
    "administration": "full",
}
_RANK: Final[dict[Level, int]] = {"none": 0, "basis": 1, "full": 2}
_SHORTFALL: Final[dict[Level, Reason]] = {"none": "no-consent", "basis": "consent-basis-only"}

OWN_ACCOUNT_FROM: Final = 16
LAST_VERSION: Final = 2**31 - 1  # what the column holds
_NORWAY: Final = ZoneInfo("Europe/Oslo")


@dataclass(frozen=True, slots=True)
class Consent:
    """A citizen's consent now. Version 0 is a citizen who never answered, which counts as none."""

    level: Level = "none"
    version: int = 0
    changed_at: datetime | None = None

    @property
    def etag(self) -> str:
        return f'"{self.version}"'


@dataclass(frozen=True, slots=True)
class ConsentChange:
    """One step of the history. `acted_by` is a citizen reference; None for what came from an earlier record."""

    citizen: str
    version: int
    level: Level
    changed_at: datetime
    acted_by: str | None

    @property
    def actor(self) -> Actor:
        if self.acted_by is None:
            return "import"
        return "self" if self.acted_by == self.citizen else "representative"


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether somebody is digitally active in an area (S2): exactly when there is no reason against it.

    Nobody is active through others before representation exists (S5).
    """

    reasons: tuple[Reason, ...]
    active_through_others: bool = False

    @property
    def active(self) -> bool:
        return not self.reasons


@cache
def standing(level: Level, area: Area, too_young: bool) -> Standing:
    """Every condition that fails is named, so that all can be passed on at once (S2, P4)."""
    reasons: list[Reason] = []
    if _RANK[level] < _RANK[NEEDED_LEVEL[area]]:
        reasons.append(_SHORTFALL[level])
    if too_young:
        reasons.append("too-young")
    return Standing(tuple(reasons))


def is_too_young(age: int) -> bool:
    """Under 16. Young people of 12 to 15 get an access of their own, and parents theirs, with the rest of S5."""
    return age < OWN_ACCOUNT_FROM


def day_in_norway(now: datetime) -> date:
    """The day by which ages are judged."""
    return now.astimezone(_NORWAY).date()
