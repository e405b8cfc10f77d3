"""How a text becomes the parts of an SMS (3GPP TS 23.038, 6.2.1; TS 23.040, 9.2.3.24.1).

A text of the GSM 7-bit alphabet has 160 septets in one part and 153 in each of several; the characters of the extension
table take two. Any other character makes all of it UCS-2: 70 units in one part and 67 in each of several, and two
units for what lies beyond the basic plane. No character is split between two parts.
"""

from dataclasses import dataclass
from typing import Final, Literal

Alphabet = Literal["gsm-7", "ucs-2"]

BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED: Final = frozenset("\f^{}\\[~]|€")
_SINGLE: Final[dict[Alphabet, int]] = {"gsm-7": 160, "ucs-2": 70}
_SEVERAL: Final[dict[Alphabet, int]] = {"gsm-7": 153, "ucs-2": 67}


@dataclass(frozen=True, slots=True)
class Length:
    """`units` are septets, or UTF-16 code units; `segments` is what the sending is paid by."""

    alphabet: Alphabet
    units: int
    segments: int


def measure(text: str) -> Length:
    alphabet: Alphabet = "gsm-7" if set(text) <= BASIC | EXTENDED else "ucs-2"
    sizes = [_size(character, alphabet) for character in text]
    units = sum(sizes)
    segments = 1 if units <= _SINGLE[alphabet] else _parts(sizes, _SEVERAL[alphabet])
    return Length(alphabet, units, segments)


def _size(character: str, alphabet: Alphabet) -> int:
    if alphabet == "gsm-7":
        return 2 if character in EXTENDED else 1
    return 2 if ord(character) > 0xFFFF else 1


def _parts(sizes: list[int], room: int) -> int:
    parts, used = 1, 0
    for size in sizes:
        if used + size > room:
            parts, used = parts + 1, 0
        used += size
    return parts
