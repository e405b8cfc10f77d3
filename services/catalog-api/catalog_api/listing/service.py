"""The tools of a list, and of a search in it (K5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from catalog_api.audience import Audience
from catalog_api.listing import queries
from catalog_api.listing.queries import Position
from catalog_api.schemas import ToolFilters
from shared.search import Search, Vocabulary, understand, was_relaxed


@dataclass(frozen=True, slots=True)
class Found:
    """`rows` are one more than the limit when there is another page."""

    search: Search | None
    rows: Sequence[Row[Any]]

    @property
    def stand(self) -> int:
        """What the next page goes on from."""
        return self.search.stand if self.search else 0


async def list_found(
    connection: AsyncConnection,
    vocabulary: Vocabulary,
    audience: Audience,
    filters: ToolFilters,
    language: str,
    after: Position | None,
) -> Found:
    """By name; a search by how well it fits. Where no tool has every word, some are enough, on every page alike."""
    if filters.q is None:
        return Found(None, await queries.find_tools(connection, audience, filters, None, language, after))
    search = await understand(vocabulary, connection, filters.q, after.stand if after else None)
    if after and was_relaxed(after.rank):
        search = search.relaxed()
    rows = await queries.find_tools(connection, audience, filters, search, language, after)
    if rows or after or not search.some or await queries.finds_any(connection, audience, search):
        return Found(search, rows)
    search = search.relaxed()
    return Found(search, await queries.find_tools(connection, audience, filters, search, language, after))
