"""The tools of a list, and of a search in it (K5)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from catalog_api.audience import Audience
from catalog_api.listing import queries
from catalog_api.schemas import ToolFilters
from shared.search import Found, Position, Search, Vocabulary, find_page
from shared.statements import Record


@dataclass(frozen=True, slots=True)
class _Tools:
    connection: AsyncConnection
    audience: Audience
    filters: ToolFilters
    language: str
    after: Position | None

    async def find(self, search: Search | None, levels: Sequence[int], missing: int) -> Sequence[Record]:
        asked = self.connection, self.audience, self.filters, self.language
        return await queries.find_tools(*asked, search, levels, self.after, missing)

    async def has_any(self, search: Search) -> bool:
        # without filters this was the search in which nothing was found
        return queries.are_asked(self.filters) and await queries.finds_any(self.connection, self.audience, search)


async def list_tools(
    connection: AsyncConnection,
    vocabulary: Vocabulary,
    audience: Audience,
    filters: ToolFilters,
    language: str,
) -> Found:
    """By name; a search by how well it fits. Raises CursorInvalid."""
    after = Position.read(filters.cursor, language=language)
    listed = _Tools(connection, audience, filters, language, after)
    return await find_page(vocabulary, connection, listed, filters.q, after, filters.limit)
