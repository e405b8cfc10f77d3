"""Clocks and days in Norway, by which the rules turn: ages, deadlines, quiet hours, opening hours."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

OSLO: Final = ZoneInfo("Europe/Oslo")
_MONTHS: Final[Mapping[str, str]] = {
    "nb": "januar februar mars april mai juni juli august september oktober november desember",
    "nn": "januar februar mars april mai juni juli august september oktober november desember",
    "en": "January February March April May June July August September October November December",
}


def day_in_norway(moment: datetime) -> date:
    return moment.astimezone(OSLO).date()


def day_in_words(moment: datetime, language: str) -> str:
    """24. desember, 24 December: by the Norwegian calendar."""
    day = moment.astimezone(OSLO)
    month = _MONTHS[language].split()[day.month - 1]
    return f"{day.day} {month}" if language == "en" else f"{day.day}. {month}"


def date_in_words(moment: datetime, language: str) -> str:
    """24. desember 2026, 24 December 2026."""
    return f"{day_in_words(moment, language)} {moment.astimezone(OSLO).year}"


def age_on(day: date, born: date) -> int:
    """Whole years. Who is born on 29 February gets a year older on 1 March in other years than leap years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
