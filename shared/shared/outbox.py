"""The outbox: an event is a row in the transaction that changes state, so it exists exactly when the change does.

The relay (shared.relay) sends the rows on. Rows are kept, partitioned by month, so that a projection can be rebuilt.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Column, DateTime, Identity, Table, Text, Uuid, func, insert
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import metadata, wake_after_commit
from shared.events.envelope import CloudEvent, Event
from shared.wakeups import Wakeups

CHANNEL: Final = "outbox"

_metadata = metadata()

outbox = Table(
    "outbox",
    _metadata,
    Column("created_at", DateTime(timezone=True), primary_key=True, server_default=func.now()),
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("event_id", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("sent_at", DateTime(timezone=True)),
)

_INSERT = insert(outbox)


async def add(session: AsyncSession, event: Event, now: datetime) -> CloudEvent:
    """Adds the event to this transaction; the relay is woken once it has committed."""
    envelope = CloudEvent.wrap(event, now)
    await session.execute(_INSERT, _row(envelope))
    wake_after_commit(session, CHANNEL)
    return envelope


async def add_all(session: AsyncSession, events: Sequence[Event], now: datetime) -> None:
    """As `add`, for many at once."""
    if events:
        await session.execute(_INSERT, [_row(CloudEvent.wrap(event, now)) for event in events])
        wake_after_commit(session, CHANNEL)


def _row(envelope: CloudEvent) -> dict[str, Any]:
    payload = envelope.model_dump(mode="json", exclude_none=True)
    return {"event_id": envelope.id, "name": envelope.type, "payload": payload}


def wake(wakeups: Wakeups) -> None:
    """For writers that use the driver's own connection: call after the commit."""
    wakeups.send(CHANNEL)
