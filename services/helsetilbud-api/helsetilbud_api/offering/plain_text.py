"""Texts that an office writes: by the rules for every text that people write (0047, 0054), and besides without markup,
without identity numbers, and no longer than people count (H2).
"""

import unicodedata
from typing import Final

import regex

from helsetilbud_api.offering.errors import TextHoldsNationalId, TextHoldsUnsafeLink, TextNotPlain, TextTooLong
from shared.links import has_safe_links
from shared.nationalid import holds_national_id
from shared.plain_text import is_plain

# An extended grapheme cluster (Unicode Standard Annex 29) is what people call a character: a family emoji is one.
_CHARACTER: Final = regex.compile(r"\X")
# An opening bracket and a letter begins a tag; "<3" and "5 < 6" are plain text.
_MARKUP: Final = regex.compile(r"<[/!?a-zA-Z]|&#?\w{1,31};")


def count_characters(text: str) -> int:
    return len(_CHARACTER.findall(text))


def checked(text: str, limit: int, *, lines: bool = True) -> str:
    """The text as it is kept: composed (NFC), lines ended by one sign, no space around.

    Raises TextNotPlain, TextTooLong, TextHoldsNationalId or TextHoldsUnsafeLink.
    """
    kept = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if _MARKUP.search(kept) or not is_plain(kept, lines=lines):
        raise TextNotPlain()
    if (length := count_characters(kept)) > limit:
        raise TextTooLong(length=length, limit=limit)
    if holds_national_id(kept):
        raise TextHoldsNationalId()
    if not has_safe_links(kept):
        raise TextHoldsUnsafeLink()
    return kept
