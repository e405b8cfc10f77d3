"""Days and ages in Norway, on which the rules for children and young people turn (S5)."""

from datetime import UTC, date, datetime, time
from typing import Final

from shared import access_rules
from shared.access_rules import ADULT_FROM, YOUTH_FROM, AgeClass
from shared.norway import OSLO, age_on

_TURNS: Final = (YOUTH_FROM, ADULT_FROM)


def start_of(day: date) -> datetime:
    """Midnight in Norway, in UTC."""
    return datetime.combine(day, time.min, OSLO).astimezone(UTC)


def birthday(born: date, years: int) -> date:
    """The first day on which `age_on` says so many years."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def is_aged(born: date, years: int, today: date) -> bool:
    return age_on(today, born) >= years


def age_class(born: date, today: date) -> AgeClass:
    return access_rules.age_class(age_on(today, born))


def next_turn(born: date, today: date) -> date | None:
    """The next day on which this person's age changes what they or their parents may; None from 16 on."""
    return next((day for years in _TURNS if (day := birthday(born, years)) > today), None)
