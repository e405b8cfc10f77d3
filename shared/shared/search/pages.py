"""Pages of a list that can be searched: by rank, then by a sort key and id; without a search by these alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Protocol, Self, TypeAlias
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.paging import CursorInvalid, decode_cursor, encode_cursor
from shared.search.understanding import MAX_RANK, Search, understand, was_relaxed
from shared.search.vocabulary import Vocabulary
from shared.statements import Record

# rows of either way to send a statement; their columns are attributes of both
Rows: TypeAlias = Sequence[Row[Any]] | Sequence[Record]

_LARGEST_STAND: Final = 2**63 - 1


class Position(NamedTuple):
    """Of the last row of a page. Without a search, stand and rank are 0."""

    stand: int
    rank: int
    sort: str
    key: UUID

    @classmethod
    def read(cls, cursor: str | None, *, language: str = "") -> Self | None:
        """`language` where the sort keys are in the reader's. Raises CursorInvalid."""
        position = decode_cursor(cursor, int, int, str, str, about=language)
        if position is None:
            return None
        stand, rank, sort, key = position
        try:
            if 0 <= stand <= _LARGEST_STAND and 0 <= rank <= MAX_RANK:
                return cls(stand, rank, sort, UUID(key))
        except ValueError:
            pass
        raise CursorInvalid()


class Listed(Protocol):
    """The list, from behind a position on."""

    async def find(self, search: Search | None, levels: Sequence[int], missing: int) -> Rows:
        """So many rows at most of these levels of the search, with their `rank`."""

    async def has_any(self, search: Search) -> bool:
        """Whether anything would be found without filters."""


@dataclass(frozen=True, slots=True)
class Found:
    """`rows` are one more than `limit` when there is another page."""

    search: Search | None
    rows: Rows
    limit: int

    @property
    def page(self) -> Rows:
        return self.rows[: self.limit]

    def next_cursor(self, sort: str, key: str, *, language: str = "") -> str | None:
        """`sort` and `key` are the names of the columns, `language` as the position was read with."""
        if len(self.rows) <= self.limit:
            return None
        last = self.rows[self.limit - 1]
        stand = self.search.stand if self.search else 0
        return encode_cursor(stand, last.rank, getattr(last, sort), str(getattr(last, key)), about=language)


async def find_page(
    vocabulary: Vocabulary,
    connection: AsyncConnection,
    listed: Listed,
    said: str | None,
    after: Position | None,
    limit: int,
) -> Found:
    """Where nothing in the list has every word, some are enough, on every page alike."""
    if said is None:
        return Found(None, await listed.find(None, (), limit + 1), limit)
    search = await understand(vocabulary, connection, said, after.stand if after else None)
    if after and was_relaxed(after.rank):
        search = search.relaxed()
    found = await _find(listed, search, after, limit)
    if found.rows or after or not search.some or await listed.has_any(search):
        return found
    return await _find(listed, search.relaxed(), after, limit)


async def _find(listed: Listed, search: Search, after: Position | None, limit: int) -> Found:
    levels = search.levels(after.rank if after else 0)
    return Found(search, await listed.find(search, levels, limit + 1) if levels else [], limit)
