"""The change feeds of consent-api (`GET /v1/consents/changes`) and catalog-api (`GET /v1/tools/changes`), by their
contracts: what is needed to know whether somebody may be told of something.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from shared.auth.client import HelseIdClient
from shared.following import Feed, FeedPage

CONSENT_SCOPE: Final = "nhn:samtykke/representation"
CATALOG_SCOPE: Final = "nhn:verktoykatalog/copy"


class _Item(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, frozen=True, extra="ignore", hide_input_in_errors=True)


class Reservation(_Item):
    kind: str
    reserved: bool
    version: int
    changed_at: datetime


class Recipients(_Item):
    """Who is told of what the citizen gets (V1, S5)."""

    version: int
    themselves: bool
    others: Sequence[str]


class Consent(_Item):
    """As it is now. Version 0 is a citizen who never answered."""

    citizen: str
    level: Literal["none", "basis", "full"]
    version: int
    changed_at: datetime | None
    reservations: Sequence[Reservation]
    recipients: Recipients


class ToolChange(_Item):
    sequence: int
    change: Literal["published", "updated", "stopped", "reinstated"]
    tool_id: UUID
    changed_at: datetime


Consents = FeedPage[Consent]
ToolChanges = FeedPage[ToolChange]


def consent_feed(url: str, helseid: HelseIdClient) -> Feed[Consents]:
    return Feed(f"{url.rstrip('/')}/v1/consents/changes", CONSENT_SCOPE, Consents, helseid, count=1000)


def tool_feed(url: str, helseid: HelseIdClient) -> Feed[ToolChanges]:
    return Feed(f"{url.rstrip('/')}/v1/tools/changes", CATALOG_SCOPE, ToolChanges, helseid)
