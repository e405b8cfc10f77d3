"""The SELECT of the access log."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from prescription_api.models import access_log


async def read_access_log(
    connection: AsyncConnection, citizen: str, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[RowMapping]:
    """Newest first; one more than `limit` when there are more."""
    at, key = access_log.c.at, access_log.c.entry_id
    statement = select(access_log).where(access_log.c.citizen == citizen)
    if after:
        # the first condition says no more than the second; it is what younger quarters are left out by
        statement = statement.where(at <= after[0], tuple_(at, key) < after)
    return (await connection.execute(statement.order_by(at.desc(), key.desc()).limit(limit + 1))).mappings().all()
