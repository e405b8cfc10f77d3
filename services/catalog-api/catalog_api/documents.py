"""A tool's document as it is read: its texts, and how it is found and sorted."""

import unicodedata
from typing import Final

from shared.events.catalog import ToolDocument, ToolTexts
from shared.language import DEFAULT_LANGUAGE

# in the order of the alphabet, behind z
_NORWEGIAN: Final = str.maketrans({"æ": "{", "ä": "{", "ø": "|", "ö": "|", "å": "}"})
SORT_LENGTH: Final = 40


def best_texts(document: ToolDocument, language: str) -> ToolTexts:
    return document.texts.get(language) or document.texts[DEFAULT_LANGUAGE]


def fold(text: str) -> str:
    """For comparing without regard to case: PostgreSQL's own folding leaves Æ, Ø and Å alone under the C locale."""
    return unicodedata.normalize("NFKC", text).casefold()


def sort_key(name: str) -> str:
    """Norwegian alphabetical order for the C collation, which is in every PostgreSQL; ICU's collations are not."""
    decomposed = unicodedata.normalize("NFD", fold(name).translate(_NORWEGIAN))
    return "".join(c for c in decomposed if not unicodedata.combining(c))[:SORT_LENGTH]
