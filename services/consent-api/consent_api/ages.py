"""Days and ages in Norway, on which the rules for children and young people turn (S5)."""

from datetime import UTC, date, datetime, time
from typing import Final, Literal
from zoneinfo import ZoneInfo

AgeClass = Literal["child", "young", "adult"]

YOUNG_FROM: Final = 12
OWN_ACCESS_FROM: Final = 13
ADULT_FROM: Final = 16
HOLDER_FROM: Final = 18
_TURNS: Final = (YOUNG_FROM, OWN_ACCESS_FROM, ADULT_FROM)
_NORWAY: Final = ZoneInfo("Europe/Oslo")


def day_in_norway(now: datetime) -> date:
    """The day by which ages are judged."""
    return now.astimezone(_NORWAY).date()


def start_of(day: date) -> datetime:
    """Midnight in Norway, in UTC."""
    return datetime.combine(day, time.min, _NORWAY).astimezone(UTC)


def birthday(born: date, years: int) -> date:
    """Who is born on 29 February gets a year older on 1 March in other years than leap years."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def age(born: date, today: date) -> int:
    """Whole years, the last of which ended on the last `birthday`."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def is_aged(born: date, years: int, today: date) -> bool:
    return age(born, today) >= years


def age_class(born: date, today: date) -> AgeClass:
    years = age(born, today)
    return "adult" if years >= ADULT_FROM else "young" if years >= YOUNG_FROM else "child"


def next_turn(born: date, today: date) -> date | None:
    """The next day on which this person's age changes what they or their parents may; None from 16 on."""
    return next((day for years in _TURNS if (day := birthday(born, years)) > today), None)
