"""Organisation numbers: nine digits, the last of them a check digit (Enhetsregisteret, modulus 11)."""

import re
from typing import Final

from shared.input_errors import invalid_value
from shared.language import Text

_WEIGHTS: Final = (3, 2, 7, 6, 5, 4, 3, 2)
_NINE: Final = re.compile(r"[0-9]{9}", re.ASCII)


WRONG_DIGIT: Final[Text] = {
    "nb": "Kontrollsifferet i organisasjonsnummeret stemmer ikke.",
    "nn": "Kontrollsifferet i organisasjonsnummeret stemmer ikkje.",
    "en": "The check digit of the organisation number is wrong.",
}


def is_organisation_number(text: str) -> bool:
    """No number has a remainder that would take two digits."""
    if not _NINE.fullmatch(text):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text, strict=False))
    return int(text[8]) == -total % 11


def checked(number: str) -> str:
    """Raises PydanticCustomError `organisation-number-check-digit`."""
    if not is_organisation_number(number):
        raise invalid_value("organisation_number_check_digit", WRONG_DIGIT)
    return number
