"""The words of a database's documents, kept in memory: there are some thousands, and a search asks for many of them.

Words are only added, each at a stand of the documents. Before each search the database is asked whether there are more.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy import BigInteger, Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.search.words import Lore, words_to_stem
from shared.statements import DriverStatement, Record

# what a word has in a document where it is in the name, the keywords, the short text, the long ones
NAME, KEYWORD, SHORT_TEXT, LONG_TEXT = "A", "B", "C", "D"
LORE, UNKNOWN = "Y", "Z"

_ASKED: Final = DriverStatement(
    text("SELECT epoch, stand, asked.* FROM search_stand LEFT JOIN search_asked(:said) AS asked ON true")
)
_NEW: Final = DriverStatement(
    text("SELECT lexeme, weight, learned_at FROM search_word WHERE learned_at > :after").bindparams(
        bindparam("after", type_=BigInteger)
    )
)
_STEMS: Final = DriverStatement(
    text("SELECT word, search_stem(word) AS lexeme FROM unnest(:words) AS word").bindparams(
        bindparam("words", type_=ARRAY(Text))
    )
)


class Vocabulary:
    """`app.state.vocabulary`: one for each database, for as long as the process lives."""

    def __init__(self) -> None:
        self._lore: Lore | None = None
        self._epoch: UUID | None = None
        self.stand = -1
        # by lexeme the weights, the heaviest first, and when the word had each first
        self.learned: dict[str, dict[str, int]] = {}
        # what has been made of them as they are now: people ask for the same words again and again
        self.compounds: dict[tuple[str, str], list[str]] = {}
        self._sorted: list[str] = []
        self._backwards: list[str] = []

    async def look_up(
        self, connection: AsyncConnection, said: str, stand: int | None = None
    ) -> "tuple[Known, Sequence[Record]]":
        """What is known as of a stand (None: as of now), and the words that are asked for, as of search_asked."""
        rows = await _ASKED.fetch(connection, {"said": said})
        if rows and rows[0].epoch == self._epoch and rows[0].stand < self.stand:
            # another search may have come back with more meanwhile; else it is a restored backup
            rows = await _ASKED.fetch(connection, {"said": said})
        if not rows:
            return Known(self, Lore(), 0), []
        if (rows[0].epoch, rows[0].stand) != (self._epoch, self.stand):
            await self._refresh(connection, rows[0].epoch, rows[0].stand)
        if self._lore is None:
            stems = await _STEMS.fetch(connection, {"words": words_to_stem()})
            self._lore = Lore.of({row.word: row.lexeme for row in stems})
        known = Known(self, self._lore, rows[0].stand if stand is None else stand)
        return known, [row for row in rows if row.plain]

    async def _refresh(self, connection: AsyncConnection, epoch: UUID, stand: int) -> None:
        """Several may do so at the same time: what is learnt twice is learnt once."""
        if epoch != self._epoch or stand < self.stand:
            self._epoch, self.stand = epoch, -1
            self.learned, self._sorted, self._backwards = {}, [], []
        rows = await _NEW.fetch(connection, {"after": self.stand})
        if epoch == self._epoch:
            self.learn(rows)
            self.stand = max(self.stand, stand)

    def learn(self, words: Iterable[tuple[str, str, int]]) -> None:
        """Lexeme, weight, and the stand at which it came."""
        new = []
        for lexeme, weight, learned_at in words:
            if lexeme not in self.learned:
                new.append(lexeme)
            weights = {weight: learned_at} | self.learned.get(lexeme, {})
            self.learned[lexeme] = dict(sorted(weights.items()))
        self.compounds = {}
        self._sorted = sorted([*self._sorted, *new])
        self._backwards = sorted([*self._backwards, *(lexeme[::-1] for lexeme in new)])

    def beginning_with(self, beginning: str) -> Iterator[str]:
        return _range(self._sorted, beginning)

    def ending_with(self, ending: str) -> Iterator[str]:
        return (backwards[::-1] for backwards in _range(self._backwards, ending[::-1]))


def _range(words: Sequence[str], beginning: str) -> Iterator[str]:
    for place in range(bisect_left(words, beginning), len(words)):
        if not words[place].startswith(beginning):
            return
        yield words[place]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known as of a stand of the documents."""

    vocabulary: Vocabulary
    lore: Lore
    stand: int

    @property
    def is_newest(self) -> bool:
        """Whether it is all that the vocabulary has; while a search is gone on with it may be less."""
        return self.stand >= self.vocabulary.stand

    def weight(self, lexeme: str) -> str:
        """The heaviest that it has in any document; LORE where it is only in words.json, else UNKNOWN."""
        for weight, learned_at in self.vocabulary.learned.get(lexeme, {}).items():
            if learned_at <= self.stand:
                return weight
        return LORE if self.lore.knows(lexeme) else UNKNOWN

    def __contains__(self, lexeme: str | None) -> bool:
        return lexeme is not None and self.weight(lexeme) != UNKNOWN

    def is_in_documents(self, lexeme: str) -> bool:
        return self.weight(lexeme) < LORE

    def beginning_with(self, beginning: str) -> Iterator[str]:
        """Longer words of documents."""
        found = self.vocabulary.beginning_with(beginning)
        return (lexeme for lexeme in found if lexeme != beginning and self.is_in_documents(lexeme))

    def ending_with(self, ending: str) -> Iterator[str]:
        """Longer words of documents."""
        found = self.vocabulary.ending_with(ending)
        return (lexeme for lexeme in found if lexeme != ending and self.is_in_documents(lexeme))


async def _vocabulary(request: Request) -> Vocabulary:
    vocabulary: Vocabulary = request.app.state.vocabulary
    return vocabulary


CurrentVocabulary = Annotated[Vocabulary, Depends(_vocabulary)]
