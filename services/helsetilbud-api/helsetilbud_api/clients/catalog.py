"""catalog-api's change feed (`GET /v1/tools/changes`): gap-free, in order, and restricted tools as well."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from shared.auth.client import HelseIdClient
from shared.events.catalog import ToolDocument
from shared.following import Feed, FeedPage

SCOPE: Final = "nhn:verktoykatalog/copy"


class Change(BaseModel):
    """`tool` is the document as it is after the change; a stop has a category and may have no document."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore")

    sequence: int
    change: Literal["published", "updated", "stopped", "reinstated"]
    tool_id: UUID
    changed_at: datetime
    tool: ToolDocument | None = None
    category: str | None = None


Changes = FeedPage[Change]


def tool_feed(url: str, helseid: HelseIdClient) -> Feed[Changes]:
    return Feed(f"{url.rstrip('/')}/v1/tools/changes", SCOPE, Changes, helseid)
