"""Texts that an office writes: plain, without identity numbers, and no longer than people count (H2)."""

import unicodedata
from typing import Final

import regex

from helsetilbud_api.offering.errors import TextHoldsNationalId, TextNotPlain, TextTooLong
from shared.nationalid import holds_national_id

# An extended grapheme cluster (Unicode Standard Annex 29) is what people call a character: a family emoji is one.
_CHARACTER: Final = regex.compile(r"\X")
# An opening bracket and a letter begins a tag; "<3" and "5 < 6" are plain text.
_MARKUP: Final = regex.compile(r"<[/!?a-zA-Z]|&#?\w{1,31};")
# Control characters, private use; and what turns the direction of text around.
_UNWRITABLE: Final = frozenset({"Cc", "Co"})
_DIRECTION: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def count_characters(text: str) -> int:
    return len(_CHARACTER.findall(text))


def checked(text: str, limit: int) -> str:
    """The text as it is kept: composed (NFC), lines ended by one sign, no space around.

    Raises TextNotPlain, TextTooLong or TextHoldsNationalId.
    """
    kept = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if _MARKUP.search(kept) or any(map(_is_unwritable, kept)):
        raise TextNotPlain()
    if (length := count_characters(kept)) > limit:
        raise TextTooLong(length=length, limit=limit)
    if holds_national_id(kept):
        raise TextHoldsNationalId()
    return kept


def _is_unwritable(sign: str) -> bool:
    return sign != "\n" and (sign in _DIRECTION or unicodedata.category(sign) in _UNWRITABLE)
