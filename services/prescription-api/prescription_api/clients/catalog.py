"""catalog-api's change feed, by its contract (openapi/catalog-api.json): all of it, restricted tools as well."""

from typing import Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from shared.auth.client import HelseIdClient
from shared.events.catalog import ToolDocument
from shared.following import Feed, FeedPage

SCOPE: Final = "nhn:verktoykatalog/copy"


class Change(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", frozen=True)

    sequence: int
    change: Literal["published", "updated", "stopped", "reinstated"]
    tool_id: UUID
    tool: ToolDocument | None = None
    category: str | None = None


Changes = FeedPage[Change]


def tool_feed(url: str, helseid: HelseIdClient) -> Feed[Changes]:
    return Feed(f"{url.rstrip('/')}/v1/tools/changes", SCOPE, Changes, helseid)
