"""Clocks and days in Norway, by which the rules turn: ages, deadlines, quiet hours, opening hours."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

OSLO: Final = ZoneInfo("Europe/Oslo")


def day_in_norway(moment: datetime) -> date:
    return moment.astimezone(OSLO).date()


def age_on(day: date, born: date) -> int:
    """Whole years. Who is born on 29 February gets a year older on 1 March in other years than leap years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
