"""Days and ages in Norway, on which the rules for children and young people turn (S5)."""

from datetime import UTC, date, datetime, time
from typing import Final, Literal

from shared.norway import OSLO, age_on

AgeClass = Literal["child", "young", "adult"]

YOUNG_FROM: Final = 12
OWN_ACCESS_FROM: Final = 13
ADULT_FROM: Final = 16
HOLDER_FROM: Final = 18
_TURNS: Final = (YOUNG_FROM, OWN_ACCESS_FROM, ADULT_FROM)


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
    years = age_on(today, born)
    return "adult" if years >= ADULT_FROM else "young" if years >= YOUNG_FROM else "child"


def next_turn(born: date, today: date) -> date | None:
    """The next day on which this person's age changes what they or their parents may; None from 16 on."""
    return next((day for years in _TURNS if (day := birthday(born, years)) > today), None)
