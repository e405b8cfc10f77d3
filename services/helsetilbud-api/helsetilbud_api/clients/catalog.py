"""catalog-api's change feed (`GET /v1/tools/changes`): gap-free, in order, and restricted tools as well."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from shared.auth.client import HelseIdClient
from shared.events.catalog import ToolDocument

SCOPE: Final = "nhn:verktoykatalog/copy"


class _Answer(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore")


class Change(_Answer):
    """`tool` is the document as it is after the change; a stop has a category and may have no document."""

    sequence: int
    change: Literal["published", "updated", "stopped", "reinstated"]
    tool_id: UUID
    changed_at: datetime
    tool: ToolDocument | None = None
    category: str | None = None


class Changes(_Answer):
    items: Sequence[Change]
    next_cursor: str
    more: bool


class Catalogue:
    def __init__(self, url: str, helseid: HelseIdClient) -> None:
        self._address = f"{url.rstrip('/')}/v1/tools/changes"
        self._helseid = helseid

    async def changes_since(self, cursor: str | None) -> AsyncIterator[Changes]:
        """Page by page until there are no more. Raises httpx.HTTPError, or ValidationError for another shape."""
        more = True
        while more:
            page = await self._read(cursor)
            yield page
            cursor, more = page.next_cursor, page.more

    async def _read(self, cursor: str | None) -> Changes:
        query = {"limit": "200"} | ({"cursor": cursor} if cursor else {})
        response = await self._helseid.get(self._address, SCOPE, query)
        response.raise_for_status()
        return Changes.model_validate_json(response.content)
