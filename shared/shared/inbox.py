"""The inbox: `(event_id, handler)` in the handler's own transaction, so that an effect happens once however often a
message comes.
"""

from uuid import UUID

from sqlalchemy import Column, DateTime, Table, Text, Uuid, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import metadata

inbox = Table(
    "inbox",
    metadata(),
    Column("event_id", Uuid, primary_key=True),
    Column("handler", Text, primary_key=True),
    Column("handled_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

_CLAIM = insert(inbox).on_conflict_do_nothing().returning(inbox.c.event_id)


async def claim(session: AsyncSession, event_id: UUID, handler: str) -> bool:
    """Whether this handler has not handled the event before. A parallel delivery waits here for the other's outcome."""
    result = await session.execute(_CLAIM, {"event_id": event_id, "handler": handler})
    return result.first() is not None
