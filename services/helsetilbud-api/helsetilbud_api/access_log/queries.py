"""The SELECT of the access log."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from helsetilbud_api.access_log.models import access_log


async def list_entries(
    connection: AsyncConnection, citizen: str, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[RowMapping]:
    """Newest first."""
    at, key = access_log.c.at, access_log.c.entry_id
    statement = select(access_log).where(access_log.c.citizen == citizen)
    if after:
        statement = statement.where(tuple_(at, key) < after)
    return (await connection.execute(statement.order_by(at.desc(), key.desc()).limit(limit))).mappings().all()
