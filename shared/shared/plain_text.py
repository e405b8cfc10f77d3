"""The one rule for short texts that people write: no sign that is unseen or makes a line (decision 0047).

A line break in a name forges a line in a journal note or a header in an e-mail; a sign that turns the direction of text
or takes no room makes a name look like another. Unicode Standard 15, chapters 4.5 (General Category) and 23.
"""

import unicodedata
from typing import Final

from shared.input_errors import invalid_value
from shared.language import Text

# Control, format, surrogate, private use, unassigned, line separator, paragraph separator
_UNWRITABLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Letters and symbols that show as nothing
_BLANK: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_JOINER: Final = "\u200d"
_IN_LINES: Final = frozenset("\n\t")


NOT_PLAIN: Final[Text] = {
    "nb": "Teksten har tegn som ikke er synlige, eller linjeskift der det ikke kan være noe.",
    "nn": "Teksten har teikn som ikkje er synlege, eller linjeskift der det ikkje kan vere noko.",
    "en": "The text holds signs that are unseen or make a line.",
}


def one_line(text: str) -> str:
    """Raises PydanticCustomError `text-not-plain`."""
    return _checked(text, frozenset())


def plain_lines(text: str) -> str:
    """Line breaks, all of one kind, and tabs are allowed. Raises PydanticCustomError `text-not-plain`."""
    return _checked(text.replace("\r\n", "\n").replace("\r", "\n"), _IN_LINES)


def is_plain(text: str, *, lines: bool = False) -> bool:
    allowed = _IN_LINES if lines else frozenset()
    return not any(_unwritable(text, place) for place, sign in enumerate(text) if sign not in allowed)


def shown_in_one_line(text: str) -> str:
    """For what was kept before the rule was there: a space for each sign that one_line refuses."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(" " if _unwritable(text, place) else sign for place, sign in enumerate(text))


def _checked(text: str, allowed: frozenset[str]) -> str:
    if not is_plain(text, lines=bool(allowed)):
        raise invalid_value("text_not_plain", NOT_PLAIN)
    return text


def _unwritable(text: str, place: int) -> bool:
    sign = text[place]
    if sign == _JOINER:  # holds an emoji of several together
        return place == 0 or unicodedata.category(text[place - 1]) not in ("So", "Sk", "Mn")
    return sign in _BLANK or unicodedata.category(sign) in _UNWRITABLE
