"""Dates in searches (FHIR R4, 3.1.1.4.6): a prefix, and as much of a moment as the caller cares to write."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, Self, cast

from sqlalchemy import ColumnElement, and_, or_

from shared.norway import OSLO

Prefix = Literal["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb"]

_PREFIXED: Final = re.compile(r"(eq|ne|gt|lt|ge|le|sa|eb)?(\d{4}.*)")
_DAY: Final = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)")


@dataclass(frozen=True, slots=True)
class DateCriterion:
    """What was written spans from `low` up to, and not with, `high`: a year, a day, a second."""

    prefix: Prefix
    low: datetime
    high: datetime

    @classmethod
    def read(cls, text: str) -> Self:
        """A date is a Norwegian one; a moment must say its offset. Raises ValueError or OverflowError."""
        found = _PREFIXED.fullmatch(text)
        if found is None:
            raise ValueError("no date")
        low, high = _span(found[2])
        return cls(cast(Prefix, found[1] or "eq"), low.astimezone(UTC), high.astimezone(UTC))

    def condition(self, column: ColumnElement[datetime]) -> ColumnElement[bool]:
        """For a column of moments, of which each is inside, before or after what was written."""
        conditions: dict[Prefix, ColumnElement[bool]] = {
            "eq": and_(column >= self.low, column < self.high),
            "ne": or_(column < self.low, column >= self.high),
            "gt": column >= self.high,
            "sa": column >= self.high,
            "lt": column < self.low,
            "eb": column < self.low,
            "ge": column >= self.low,
            "le": column < self.high,
        }
        return conditions[self.prefix]


def _span(text: str) -> tuple[datetime, datetime]:
    if day := _DAY.fullmatch(text):
        return _days(int(day[1]), day[2], day[3])
    moment = _MOMENT.fullmatch(text)
    if moment is None:
        raise ValueError("no date")
    low = datetime.fromisoformat(text)
    fraction = moment[2]
    if fraction:
        return low, low + timedelta(microseconds=10 ** (7 - len(fraction)))
    return low, low + (timedelta(seconds=1) if moment[1] else timedelta(minutes=1))


def _days(year: int, month: str | None, day: str | None) -> tuple[datetime, datetime]:
    low = datetime(year, int(month or 1), int(day or 1), tzinfo=OSLO)
    if day:
        return low, low + timedelta(days=1)
    if month:
        return low, datetime(year + low.month // 12, low.month % 12 + 1, 1, tzinfo=OSLO)
    return low, datetime(year + 1, 1, 1, tzinfo=OSLO)
