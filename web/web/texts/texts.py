"""The three languages of one page's words."""

from dataclasses import dataclass
from typing import Generic, TypeVar

Words = TypeVar("Words")


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts(Generic[Words]):
    nb: Words
    nn: Words
    en: Words

    def of(self, language: str) -> Words:
        words: Words = getattr(self, language)
        return words
