"""Organisation numbers: nine digits, the last of them a check digit (Enhetsregisteret, modulus 11)."""

import re
from typing import Final

from pydantic_core import PydanticCustomError

_WEIGHTS: Final = (3, 2, 7, 6, 5, 4, 3, 2)
_NINE: Final = re.compile(r"[0-9]{9}", re.ASCII)


def is_organisation_number(text: str) -> bool:
    """No number has a remainder that would take two digits."""
    if not _NINE.fullmatch(text):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text, strict=False))
    return int(text[8]) == -total % 11


def checked(number: str) -> str:
    """Raises PydanticCustomError `organisation-number-check-digit`."""
    if not is_organisation_number(number):
        raise PydanticCustomError(
            "organisation_number_check_digit", "The check digit of the organisation number is wrong."
        )
    return number
