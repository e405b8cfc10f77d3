"""catalog-api's change feed, by its contract (openapi/catalog-api.json)."""

from typing import Literal
from uuid import UUID

import httpx
from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic.alias_generators import to_camel

from shared.events.catalog import ToolDocument


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


async def changes_since(http: httpx.AsyncClient, url: str, cursor: str | None) -> Changes:
    """Raises httpx.HTTPError or pydantic's ValidationError; the caller tries again later."""
    query = {"limit": "200"} | ({"cursor": cursor} if cursor else {})
    response = await http.get(f"{url.rstrip('/')}/v1/tools/changes", params=query, timeout=5)
    response.raise_for_status()
    return _CHANGES.validate_json(response.content)
