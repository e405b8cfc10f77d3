"""The SELECT of the access log."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from notification_service.access_log.models import look_up


async def list_look_ups(
    connection: AsyncConnection, citizen: str, after: tuple[datetime, UUID] | None, count: int
) -> Sequence[RowMapping]:
    """Newest first, after this position."""
    place = tuple_(look_up.c.at, look_up.c.entry_id)
    statement = select(look_up).where(look_up.c.citizen == citizen)
    if after:
        statement = statement.where(place < after)
    newest = statement.order_by(look_up.c.at.desc(), look_up.c.entry_id.desc()).limit(count)
    return (await connection.execute(newest)).mappings().all()
