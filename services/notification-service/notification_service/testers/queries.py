"""Every SELECT about those whom test sendings go to, each for one organisation."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Select, bindparam, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from notification_service.testers.models import TestContact, test_contact

_OWN: Final = test_contact.c.organisation == bindparam("organisation")
_COLUMNS: Final = [column for column in test_contact.c if column.name in TestContact.__slots__]
_CONFIRMED: Final = select(test_contact.c.address).where(
    _OWN,
    test_contact.c.confirmed_at.is_not(None),
    test_contact.c.expires_at > bindparam("now"),
    test_contact.c.address.in_(bindparam("addresses", expanding=True)),
)


async def find_confirmed(
    session: AsyncSession, organisation: str, addresses: Collection[bytes], now: datetime
) -> set[bytes]:
    """Those of the digests whose owners, at this organisation, have confirmed them."""
    names = {"organisation": organisation, "now": now, "addresses": list(addresses)}
    return {row[0] for row in await session.execute(_CONFIRMED, names)}


async def list_contacts(
    reader: AsyncConnection, organisation: str, after: tuple[datetime, UUID] | None, now: datetime, count: int
) -> list[TestContact]:
    """Newest first, those that are confirmed or still wait for their code."""
    wanted: Select[tuple[object]] = select(*_COLUMNS).where(_OWN, test_contact.c.expires_at > now)
    if after is not None:
        wanted = wanted.where(tuple_(test_contact.c.created_at, test_contact.c.test_contact_id) < tuple_(*after))
    wanted = wanted.order_by(test_contact.c.created_at.desc(), test_contact.c.test_contact_id.desc()).limit(count)
    rows = await reader.execute(wanted, {"organisation": organisation})
    return [TestContact.of(row) for row in rows.mappings()]
