"""From what somebody types to what is looked for: word forms, words that mean the same, compounds and their parts, the
rest of a word that is being typed, and what a misspelt word was meant to be.

Which of these there are is answered as of a stand of the documents. So a search can be gone on with after documents
have come and gone: the same words mean the same.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Annotated, Final, Self, TypeAlias

from pydantic import AfterValidator, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.search.reading import Word, all_of, any_of, read_words
from shared.search.vocabulary import Vocabulary

_DESCRIPTION: Final = (
    "Search in name, keywords and texts, the best first. All words count, in any of their forms, in compounds and by"
    " words that mean the same, in bokmål, nynorsk or English; misspelt ones and the beginning of the last one are"
    " found too. When nothing has them all, what has most of them is found, or is about some."
)
_EXAMPLES: Final = ["søvnvansker", "dagbok for hodepine"]


def _unless_blank(said: str | None) -> str | None:
    return said if said and said.strip() else None


# What a route takes as `q`; blank is as if it was not sent.
SearchText: TypeAlias = Annotated[
    str | None, Field(max_length=100, description=_DESCRIPTION, examples=_EXAMPLES), AfterValidator(_unless_blank)
]
# For routes that have promised so much.
LongSearchText: TypeAlias = Annotated[
    str | None, Field(max_length=200, description=_DESCRIPTION, examples=_EXAMPLES), AfterValidator(_unless_blank)
]

# Of this many words, one may be missing
_MANY: Final = 3
# The levels of a search: all words, all with guesses, some. The first two have two steps each, the last has one; ranks
# of a step are up to this above those of the step before.
SURE, GUESSED, SOME = 0, 1, 2
STEP: Final = 1_000_000
LAST_STEPS: Final = (2, 4, 5)
MAX_RANK: Final = LAST_STEPS[SOME] * STEP
_OPERAND: Final = re.compile(r"'\w+'(?::\*)?")


@dataclass(frozen=True, slots=True)
class AnyOf:
    """A query for any of so many words; None when there are none."""

    query: str | None = None
    count: int = 0

    @classmethod
    def in_queries(cls, queries: Iterable[str]) -> Self:
        words = sorted({word for query in queries for word in _OPERAND.findall(query)})
        return cls(" | ".join(words) or None, len(words))


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for, as queries of PostgreSQL's full text; an empty one finds nothing.

    `sure` are all words in their forms and by words akin to them. `open` guesses as well. Of `some` it is enough to
    have most words, or to be about half of them. The others are for ranking what is found. `stand` is that of the
    documents.
    """

    stand: int
    words: int = 0
    sure: str = ""
    open: str = ""
    some: str = ""
    forms: AnyOf = AnyOf()
    akin: AnyOf = AnyOf()
    meant: AnyOf = AnyOf()
    guesses: AnyOf = AnyOf()
    is_relaxed: bool = False

    def relaxed(self) -> "Search":
        """For when nothing is found: `some` are enough."""
        return replace(self, is_relaxed=True)

    def levels(self, after: int = 0) -> tuple[int, ...]:
        """Those in which something may be found, in the order in which they are shown, from the rank `after` on."""
        if self.is_relaxed:
            found = [SOME] if self.some else []
        else:
            found = [*([SURE] if self.sure else []), *([GUESSED] if self.open != self.sure else [])]
        return tuple(level for level in found if after <= LAST_STEPS[level] * STEP)

    @property
    def values(self) -> dict[str, int | str | None]:
        """Of the parameters of a statement."""
        ways = {"forms": self.forms, "akin": self.akin, "meant": self.meant, "guesses": self.guesses}
        return {
            "search_as_of": self.stand,
            "search_sure": self.sure,
            "search_open": self.open,
            "search_guessed": f"({self.open}) & !({self.sure})",
            "search_some": self.some,
            "search_words_count": self.words,
            **{f"search_{name}": any_of.query for name, any_of in ways.items()},
            **{f"search_{name}_count": any_of.count for name, any_of in ways.items()},
        }


def was_relaxed(rank: int) -> bool:
    """Whether this is a rank in a relaxed search."""
    return rank > LAST_STEPS[GUESSED] * STEP


async def understand(
    vocabulary: Vocabulary, connection: AsyncConnection, said: str, stand: int | None = None
) -> Search:
    """`stand` where a search is gone on with. At most eight words are considered."""
    known, asked = await vocabulary.look_up(connection, said, stand)
    words = await read_words(connection, asked, known, typing=not said[-1:].isspace())
    needed = [word for word in words if word.needed]
    return Search(
        known.stand,
        len(words),
        all_of(word.sure for word in needed),
        all_of(word.every for word in needed),
        _some(needed),
        AnyOf.in_queries(query for word in needed for query in word.forms),
        AnyOf.in_queries(query for word in needed for query in word.akin),
        AnyOf.in_queries(query for word in needed for query in word.meant),
        # words that need not be found are only guessed at
        AnyOf.in_queries(query for word in words for query in (word.guesses if word.needed else word.every)),
    )


def _some(words: Sequence[Word]) -> str:
    """All but one of three or more words, or half of them in names and keywords."""
    if len(words) < 2:
        return ""
    most = list(combinations([word.every for word in words], len(words) - 1)) if len(words) >= _MANY else []
    topics = [[_OPERAND.sub(_as_topic, query) for query in (*word.sure, *word.meant)] for word in words]
    half = combinations(topics, (len(words) + 1) // 2)
    return any_of(map(all_of, (*most, *half)))


def _as_topic(operand: re.Match[str]) -> str:
    return f"{operand[0]}AB" if operand[0].endswith("*") else f"{operand[0]}:AB"
