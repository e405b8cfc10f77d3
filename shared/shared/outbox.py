"""The outbox: an event is a row in the transaction that changes state, so it exists exactly when the change does.

The relay (shared.relay) sends the rows on. Rows are kept, partitioned by month, so that a projection can be rebuilt.
"""

from datetime import datetime
from typing import Final

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
    row = {"event_id": envelope.id, "name": event.name, "payload": envelope.model_dump(mode="json", exclude_none=True)}
    await session.execute(_INSERT, row)
    wake_after_commit(session, CHANNEL)
    return envelope


def wake(wakeups: Wakeups) -> None:
    """For writers that use the driver's own connection: call after the commit."""
    wakeups.send(CHANNEL)
