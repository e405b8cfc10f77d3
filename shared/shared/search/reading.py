"""How a word that somebody typed may be found: each way is a query of PostgreSQL's full text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Self, TypeAlias

from sqlalchemy import BigInteger, Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.search.compounds import LONG_STEM, begun_with, compounds_with, openings_of, parts_of
from shared.search.misspelling import likely_forms_of, likely_meant
from shared.search.vocabulary import Known
from shared.statements import DriverStatement, Record

_SHORTEST_BEGINNING: Final = 2
_SHORTEST_MISSPELT: Final = 4
_ALIKE: Final = DriverStatement(
    text(
        "SELECT place, alike.* FROM unnest(:singles, :stems) WITH ORDINALITY AS asked (single, stem, place),"
        " search_alike(single, stem, :as_of) AS alike"
    ).bindparams(
        bindparam("singles", type_=ARRAY(Text)),
        bindparam("stems", type_=ARRAY(Text)),
        bindparam("as_of", type_=BigInteger),
    )
)

# a row of search_asked
Asked: TypeAlias = Record


@dataclass(frozen=True, slots=True)
class Word:
    """The ways to find it: in its forms, by words akin to it, by what it was meant to be, by guesses. One that is not
    needed says little.
    """

    needed: bool
    forms: Sequence[str]
    akin: Sequence[str] = ()
    meant: Sequence[str] = ()
    guesses: Sequence[str] = ()

    @property
    def sure(self) -> list[str]:
        return [*self.forms, *self.akin]

    @property
    def every(self) -> list[str]:
        return [*self.sure, *self.meant, *self.guesses]


@dataclass(frozen=True, slots=True)
class _Known:
    """A word as it was typed, and what is known of it."""

    asked: Asked
    stem: str
    is_known: bool
    says_little: bool
    begun: Sequence[str]

    @classmethod
    def of(cls, asked: Asked, known: Known, *, unfinished: bool) -> Self:
        is_known = asked.stem in known or asked.english in known
        stem = asked.deeper if not is_known and asked.deeper in known else asked.stem
        is_stop = asked.is_stop or asked.plain in known.lore.stop
        is_known = is_known or stem in known
        begun = _begun(asked, known) if unfinished and (is_stop or not is_known) else []
        return cls(asked, stem, is_known, is_stop or stem in known.lore.weak, begun)

    @property
    def may_be_misspelt(self) -> bool:
        return not (self.is_known or self.begun) and len(self.asked.single) >= _SHORTEST_MISSPELT


def _begun(asked: Asked, known: Known) -> list[str]:
    """The beginnings of known words that it is."""
    beginnings = dict.fromkeys((asked.single, asked.plain))
    return [b for b in beginnings if len(b) >= _SHORTEST_BEGINNING and next(known.beginning_with(b), None)]


async def read_words(connection: AsyncConnection, asked: Sequence[Asked], known: Known, *, typing: bool) -> list[Word]:
    """The words that count. Those that say little need not be found, unless there are no others; stop words are
    left out, unless they are the beginning of another.
    """
    words = [_Known.of(row, known, unfinished=typing and row is asked[-1]) for row in asked]
    telling = [word for word in words if not word.says_little] or words
    counting = [word for word in words if word in telling or word.begun or not word.asked.is_stop]
    meant = await _meant(connection, [word for word in counting if word.may_be_misspelt], known)
    return [_word(word, words, known, meant.get(word.asked.plain, []), needed=word in telling) for word in counting]


async def _meant(connection: AsyncConnection, words: Sequence[_Known], known: Known) -> dict[str, list[str]]:
    """By the words as they were typed."""
    if not words:
        return {}
    asked = {"singles": [w.asked.single for w in words], "stems": [w.stem for w in words], "as_of": known.stand}
    alike = await _ALIKE.fetch(connection, asked)
    found = {}
    for place, word in enumerate(words, 1):
        swapped = [row.lexeme for row in alike if row.place == place and row.is_swapped]
        others = [row.lexeme for row in alike if row.place == place and not row.is_swapped]
        ways = [way for way in (word.asked.single, word.stem, word.asked.english) if way]
        forms = likely_forms_of((word.asked.single, word.asked.plain), known.beginning_with(word.asked.plain[:1]))
        found[word.asked.plain] = list(dict.fromkeys([*forms, *likely_meant(ways, others), *swapped]))
    return found


def _word(word: _Known, words: Sequence[_Known], known: Known, meant: Sequence[str], *, needed: bool) -> Word:
    place = words.index(word)
    joined = [*word.asked.joined, *(words[place - 1].asked.joined if place else ())]
    others = [*known.lore.kin.get(word.stem, ()), *compounds_with(word.stem, word.asked.single, known)]
    akin = list(map(quoted, [*others, *_in_documents(joined, known)]))
    parts = parts_of(word.asked.beginnings, word.asked.endings, known)
    guesses = [f"{quoted(beginning)}:*" for beginning in word.begun]
    if parts and known.is_in_documents(word.stem):
        akin.append(all_of(_ways(part, known) for part in parts))
    elif not (word.begun or known.is_in_documents(word.stem)):
        guesses += _pieces(parts or (), openings_of(word.asked.beginnings, known)[:1], known)
    forms = dict.fromkeys(form for form in (word.stem, word.asked.english) if form)
    return Word(needed, [*map(quoted, forms), *_beginning(word.stem, known)], akin, list(map(quoted, meant)), guesses)


def _pieces(parts: Sequence[str], openings: Sequence[str], known: Known) -> list[str]:
    """What a word that no document has is made of, and what it begins with; a part that says little may be missing."""
    telling = [part for part in parts if part not in known.lore.weak] or parts
    return [all_of(_ways(part, known) for part in found) for found in (telling, openings) if found]


def _in_documents(lexemes: Iterable[str | None], known: Known) -> list[str]:
    return [lexeme for lexeme in lexemes if lexeme and known.is_in_documents(lexeme)]


def _ways(lexeme: str, known: Known) -> list[str]:
    """The word, words akin to it, and compounds that begin with it."""
    compounds = compounds_with(lexeme, lexeme, known) if len(lexeme) < LONG_STEM else []
    return [*map(quoted, (lexeme, *known.lore.kin.get(lexeme, ()), *compounds)), *_beginning(lexeme, known)]


def _beginning(lexeme: str, known: Known) -> list[str]:
    if len(lexeme) < LONG_STEM:
        return []
    begun = begun_with(lexeme, known)
    return [f"{quoted(lexeme)}:*"] if begun is None else list(map(quoted, begun))


def all_of(words: Iterable[Sequence[str]]) -> str:
    """Empty when one of them can be found in no way."""
    each = [any_of(ways) for ways in words]
    return " & ".join(each) if all(each) else ""


def any_of(ways: Iterable[str]) -> str:
    found = [way for way in ways if way]
    return f"({' | '.join(found)})" if found else ""


def quoted(lexeme: str) -> str:
    return f"'{lexeme}'"
