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


def search_texts(document: ToolDocument) -> tuple[str, str, str]:
    """Names, keywords, and everything (K5), folded, in all languages; a line break keeps words of two fields apart."""
    texts = document.texts.values()
    names = [t.name for t in texts]
    other = [part for t in texts for part in (t.short_text, t.long_text, t.practitioner_text)]
    parts = names, document.keywords, [*names, *document.keywords, *other]
    searched, keywords, everything = (fold("\n".join(part)) for part in parts)
    return searched, keywords, everything
