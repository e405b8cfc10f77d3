"""The deadline by which a citizen should take a tool into use, and what comes before it (P7).

A deadline is the end of a day in Norway, 23:59:59; the prescription expires when the next day begins there.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from prescription_api.errors import DeadlineInvalid
from shared.norway import OSLO, day_in_norway
from shared.schemas import rfc3339

LONGEST: Final = timedelta(days=365)
_LAST_SECOND: Final = time(23, 59, 59)
# by day, so that what follows from a reminder need not wait for the morning
_REMINDER: Final = time(10)


def deadline_for(default_days: int, asked: datetime | date | None, now: datetime) -> datetime:
    """The end of the day that was asked for, or that a moment asked for lies in; else of the tool's usual last day.

    From today to a year from today. Raises DeadlineInvalid, also for a moment that has passed.
    """
    today = day_in_norway(now)
    latest = today + LONGEST
    day = min(today + timedelta(days=default_days), latest) if asked is None else _day_asked(asked, now)
    if day is None or not today <= day <= latest:
        raise DeadlineInvalid(earliest=rfc3339(_end_of(today)), latest=rfc3339(_end_of(latest)))
    return _end_of(day)


def _end_of(day: date) -> datetime:
    return datetime.combine(day, _LAST_SECOND, OSLO).astimezone(UTC)


def _day_asked(asked: datetime | date, now: datetime) -> date | None:
    """None for a moment that is past, or so far away that it need not be a date in Norway."""
    if not isinstance(asked, datetime):
        return asked
    return day_in_norway(asked) if now < asked <= now + 2 * LONGEST else None


def expires_at(deadline: datetime) -> datetime:
    return deadline + timedelta(seconds=1)


def days_left(deadline: datetime, now: datetime) -> int:
    """Whole days between now and the last day; 0 on that day."""
    return (day_in_norway(deadline) - day_in_norway(now)).days


def next_due(prescribed_at: datetime, deadline: datetime, reminder_days: Sequence[int], after: datetime) -> datetime:
    """When something is next to be done about an unopened prescription: a reminder, or at last its expiry."""
    planned = _reminders(prescribed_at, deadline, reminder_days)
    return next((moment for moment in planned if moment > after), expires_at(deadline))


def _reminders(prescribed_at: datetime, deadline: datetime, reminder_days: Sequence[int]) -> list[datetime]:
    """So many days before the last day, at ten in the morning; none in the first half of the time that there is."""
    half = prescribed_at + (deadline - prescribed_at) / 2
    last_day = day_in_norway(deadline)
    days = [last_day - timedelta(days=before) for before in sorted(reminder_days, reverse=True)]
    moments = [datetime.combine(day, _REMINDER, OSLO).astimezone(UTC) for day in days]
    return [moment for moment in moments if moment >= half]
