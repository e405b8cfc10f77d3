"""consent-api's change feed of levels (`GET /v1/consents/changes`), by its contract."""

from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from shared.auth.client import HelseIdClient
from shared.following import Feed, FeedPage

SCOPE: Final = "nhn:samtykke/representation"


class Consent(BaseModel):
    """As it is now. Version 0 is a citizen who never answered."""

    model_config = ConfigDict(alias_generator=to_camel, frozen=True, extra="ignore", hide_input_in_errors=True)

    citizen: str
    level: Literal["none", "basis", "full"]
    version: int
    changed_at: datetime | None


Consents = FeedPage[Consent]


def consent_feed(url: str, helseid: HelseIdClient) -> Feed[Consents]:
    return Feed(f"{url.rstrip('/')}/v1/consents/changes", SCOPE, Consents, helseid, count=1000)
