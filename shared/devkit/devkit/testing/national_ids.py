"""Invented people's numbers: right in every digit, and in a range that no living person is given.

Tenor's range adds 80 to the month, NHN's 65. Written apart from `shared.nationalid`, so that the two check each other.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Final, Literal

_OFFSETS: Final = {"tenor": 80, "nhn": 65}
_WEIGHTS_1: Final = (3, 7, 6, 1, 8, 9, 4, 5, 2)
_WEIGHTS_2: Final = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)

Kind = Literal["fnr", "dnr"]
Population = Literal["tenor", "nhn"]


def generate(birth_date: date, sequence: int, *, kind: Kind = "fnr", synthetic: Population = "tenor") -> str:
    """The number of this day at this place in its series, from 0. About one individual number in six has none.

    Raises `ValueError` when the day has no series (before 1854, after 2039), or `sequence` is beyond its end.
    """
    for place, number in enumerate(born_on(birth_date, kind=kind, synthetic=synthetic)):
        if place == sequence:
            return number
    raise ValueError(f"the series of {birth_date} ends before {sequence}")


def born_on(birth_date: date, *, kind: Kind = "fnr", synthetic: Population = "tenor") -> Iterator[str]:
    """Every number of this day, about 400."""
    stem = _stem(birth_date, kind, synthetic)
    for individual_number in _individual_numbers(birth_date.year):
        if number := _with_check_digits(f"{stem}{individual_number:03}"):
            yield number


def population(count: int, seed: int, *, synthetic: Population = "tenor") -> list[str]:
    """So many different numbers, the same for the same seed; ages spread evenly from 0 to 99 at the end of 2024."""
    chance = Random(seed)  # noqa: S311 - repeatable on purpose
    found: dict[str, None] = {}
    while len(found) < count:
        birth_date = date(2024, 12, 31) - timedelta(days=chance.randrange(36_500))
        individual_number = chance.choice(_individual_numbers(birth_date.year))
        number = _with_check_digits(f"{_stem(birth_date, 'fnr', synthetic)}{individual_number:03}")
        if number:
            found[number] = None
    return list(found)


def _stem(birth_date: date, kind: Kind, synthetic: Population) -> str:
    day = birth_date.day + (40 if kind == "dnr" else 0)
    return f"{day:02}{birth_date.month + _OFFSETS[synthetic]:02}{birth_date.year % 100:02}"


@cache
def _individual_numbers(year: int) -> tuple[int, ...]:
    """ehelse.no, "Identifikatorer for personer": which individual numbers a year of birth has."""
    if 1854 <= year <= 1899:
        return tuple(range(500, 750))
    if 1900 <= year <= 1939:
        return tuple(range(500))
    if 1940 <= year <= 1999:
        return (*range(500), *range(900, 1000))
    if 2000 <= year <= 2039:
        return tuple(range(500, 1000))
    return ()


def _with_check_digits(nine: str) -> str | None:
    """None where a check digit would be 10."""
    first = _check_digit(nine, _WEIGHTS_1)
    second = _check_digit(f"{nine}{first}", _WEIGHTS_2) if first < 10 else 10
    return f"{nine}{first}{second}" if second < 10 else None


def _check_digit(digits: str, weights: tuple[int, ...]) -> int:
    return -sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11
