"""The SELECTs of suppliers' questions."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from prescription_api.models import prescription

# started, and neither taken back, deleted nor stopped since
_STARTED = ("opened", "ended")


async def started_prescriptions(
    connection: AsyncConnection, citizen: str, tool_id: UUID, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[RowMapping]:
    """Newest first; one more than `limit` when there are more."""
    at, key = prescription.c.prescribed_at, prescription.c.prescription_id
    statement = select(prescription).where(
        prescription.c.citizen == citizen,
        prescription.c.tool_id == tool_id,
        prescription.c.state.in_(_STARTED),
        prescription.c.opened_at.is_not(None),
    )
    if after:
        statement = statement.where(tuple_(at, key) < after)
    return (await connection.execute(statement.order_by(at.desc(), key.desc()).limit(limit + 1))).mappings().all()
