"""catalog-api's change feed, by its contract (openapi/catalog-api.json): all of it, restricted tools as well."""

import asyncio
from typing import Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic.alias_generators import to_camel

from shared.auth.client import HelseIdClient
from shared.events.catalog import ToolDocument

SCOPE: Final = "nhn:verktoykatalog/copy"
_PATIENCE: Final = 5.0


class Change(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", frozen=True)

    sequence: int
    change: Literal["published", "updated", "stopped", "reinstated"]
    tool_id: UUID
    tool: ToolDocument | None = None
    category: str | None = None


class Changes(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", frozen=True)

    items: list[Change]
    next_cursor: str
    more: bool


_CHANGES = TypeAdapter(Changes)


class Catalogue:
    def __init__(self, url: str, helseid: HelseIdClient) -> None:
        self._address = f"{url.rstrip('/')}/v1/tools/changes"
        self._helseid = helseid

    async def changes_since(self, cursor: str | None) -> Changes:
        """Raises httpx.HTTPError, TimeoutError or pydantic's ValidationError; the caller tries again later."""
        query = {"limit": "200"} | ({"cursor": cursor} if cursor else {})
        async with asyncio.timeout(_PATIENCE):
            response = await self._helseid.get(self._address, SCOPE, query)
        response.raise_for_status()
        return _CHANGES.validate_json(response.content)
