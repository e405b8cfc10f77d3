"""Contact points that count as confirmed from the start: for sandboxes."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy.dialects.postgresql import insert

from notification_service.digests import Digests
from notification_service.preferences.addresses import kept_address
from notification_service.preferences.models import masked
from notification_service.testers.models import CONFIRMED_LASTS, test_contact
from shared.db import Database
from shared.events.notification import Channel


class Confirmed(NamedTuple):
    organisation: str
    person: str
    channel: Channel
    address: str


def _kept(one: Confirmed) -> str:
    return kept_address(one.address) if one.channel == "email" else one.address


async def load(database: Database, digests: Digests, contacts: Iterable[Confirmed], now: datetime) -> None:
    """Doing it again changes nothing."""
    rows = [
        {
            "test_contact_id": uuid5(NAMESPACE_URL, " ".join(one)),
            "organisation": one.organisation,
            "person": one.person,
            "channel": one.channel,
            "address": digests.of(one.channel, _kept(one)),
            "shown": masked(one.address),
            "tries": 0,
            "created_at": now,
            "expires_at": now + CONFIRMED_LASTS,
            "confirmed_at": now,
        }
        for one in contacts
    ]
    async with database.session() as session:
        await session.execute(insert(test_contact).on_conflict_do_nothing(), rows)
