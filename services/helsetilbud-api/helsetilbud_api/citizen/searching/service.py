"""A citizen looks for something among their own tools (M1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from helsetilbud_api.citizen.models import FULL
from helsetilbud_api.citizen.queries import Found, ToolFilter
from helsetilbud_api.citizen.searching import queries
from shared.search import Position, Search, Vocabulary, find_page


@dataclass(frozen=True, slots=True)
class _MyTools:
    connection: AsyncConnection
    citizen: str
    language: str
    wanted: ToolFilter
    after: Position | None

    async def find(self, search: Search | None, levels: Sequence[int], missing: int) -> Sequence[Row[Any]]:
        if search is None:
            return []
        asked = self.connection, self.citizen, self.language, self.wanted
        return await queries.find_my_tools(*asked, search, levels, self.after, missing)

    async def has_any(self, search: Search) -> bool:
        asked = self.connection, self.citizen, self.language, search
        return await queries.has_any(*asked, narrowed=self.wanted.narrowed)


async def search_my_tools(
    connection: AsyncConnection,
    vocabulary: Vocabulary,
    citizen: str,
    language: str,
    wanted: ToolFilter,
    said: str,
    cursor: str | None,
    limit: int,
) -> Found:
    """The best first; nothing while the list is hidden (S6). Raises CursorInvalid."""
    after = Position.read(cursor, language=language)
    head = await queries.find_head(connection, citizen)
    if head.level != FULL:
        return Found((), head.level, head.as_of)
    listed = _MyTools(connection, citizen, language, wanted, after)
    found = await find_page(vocabulary, connection, listed, said, after, limit)
    return Found(found.rows, head.level, head.as_of, found.next_cursor("name", "key", language=language))
