"""Dates in searches (FHIR R4, 3.1.1.4.6): a prefix, and as much of a moment as the caller cares to write."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, Literal, Self, cast

from sqlalchemy import ColumnElement, and_, or_

from shared.norway import OSLO

Prefix = Literal["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"]

_PREFIXED: Final = re.compile(r"(eq|ne|gt|lt|ge|le|sa|eb|ap)?(\d{4}.*)")
_DAY: Final = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_MOMENT: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,30}))?)?(Z|[+-]\d\d:\d\d)?")
_OF_OURS: Final = 6
"""Digits of a second that are kept, and compared. What has more is a moment inside that microsecond."""
_FIRST: Final = datetime.min.replace(tzinfo=UTC)
_LAST: Final = datetime.max.replace(tzinfo=UTC)
_NEAR: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DateCriterion:
    """What was written spans from `low` up to, and not with, `high`: a year, a day, a second."""

    prefix: Prefix
    low: datetime
    high: datetime

    @classmethod
    def read(cls, text: str) -> Self:
        """What says no offset is Norwegian time. Years 0001 and 9999 are open ends. Raises ValueError."""
        found = _PREFIXED.fullmatch(text)
        if found is None:
            raise ValueError("no date")
        low, high = _span(found[2])
        return cls(cast(Prefix, found[1] or "eq"), low, high)

    def condition(self, column: ColumnElement[datetime]) -> ColumnElement[bool]:
        """For a column of moments, of which each is inside, before or after what was written."""
        if self.prefix == "ap":
            low, high = self._nearby()
            return and_(column >= low, column < high)
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

    def _nearby(self) -> tuple[datetime, datetime]:
        """As much again on both sides, and a day at least: what is near is the server's to say, and does not move."""
        more = max(self.high - self.low, _NEAR)
        return _moved(self.low, -more), _moved(self.high, more)


def _span(text: str) -> tuple[datetime, datetime]:
    """In UTC. Raises ValueError."""
    if day := _DAY.fullmatch(text):
        return _days(int(day[1]), day[2], day[3])
    moment = _MOMENT.fullmatch(text)
    if moment is None:
        raise ValueError("no date")
    minute, second, fraction, offset = moment.groups()
    kept = (fraction or "")[:_OF_OURS]
    written = datetime.fromisoformat(f"{minute}:{second or '00'}.{kept:0<6}{'' if offset == 'Z' else offset or ''}")
    low = _utc(written if written.tzinfo else written.replace(tzinfo=UTC if offset else OSLO))
    if kept:
        return low, _moved(low, timedelta(microseconds=10 ** (_OF_OURS - len(kept))))
    return low, _moved(low, timedelta(seconds=1) if second else timedelta(minutes=1))


def _days(year: int, month: str | None, day: str | None) -> tuple[datetime, datetime]:
    low = datetime(year, int(month or 1), int(day or 1))  # noqa: DTZ001 - its zone is the next line's
    try:
        high = low + timedelta(days=1) if day else _next(low, months=1 if month else 12)
    except (ValueError, OverflowError):
        return _utc(low, OSLO), _LAST
    return _utc(low, OSLO), _utc(high, OSLO)


def _next(low: datetime, months: int) -> datetime:
    """Raises ValueError after the last year."""
    month = low.month - 1 + months
    return low.replace(year=low.year + month // 12, month=month % 12 + 1)


def _utc(moment: datetime, zone: tzinfo | None = None) -> datetime:
    """Moments before the first and after the last that can be written are these."""
    zoned = moment.replace(tzinfo=zone) if zone else moment
    try:
        return zoned.astimezone(UTC)
    except OverflowError:
        return _FIRST if moment.year == 1 else _LAST


def _moved(moment: datetime, by: timedelta) -> datetime:
    try:
        return moment + by
    except OverflowError:
        return _LAST if by > timedelta() else _FIRST
