"""What has happened to a tool."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from catalog_api.models import HistoryEntry
from catalog_api.participants import Participant
from catalog_api.submissions.models import Submission
from catalog_api.submissions.queries import visible_to

# time, then place and number among what happened at that time
Position: TypeAlias = tuple[datetime, int, int]

_ORDER = HistoryEntry.happened_at, HistoryEntry.place, HistoryEntry.number


async def find_history(
    session: AsyncSession, caller: Participant, tool_id: UUID, before: Position | None, limit: int
) -> Sequence[HistoryEntry]:
    """Newest first, without submissions that the caller does not see; one more than `limit`, when there is one more."""
    statement = select(HistoryEntry).where(HistoryEntry.tool_id == tool_id, _visible_to(caller))
    if before is not None:
        statement = statement.where(tuple_(*_ORDER) < tuple_(*before))
    statement = statement.order_by(*(column.desc() for column in _ORDER)).limit(limit + 1)
    return (await session.execute(statement)).scalars().all()


def _visible_to(caller: Participant) -> ColumnElement[bool]:
    seen = select(Submission.submission_id).where(visible_to(caller))
    return or_(HistoryEntry.submission_id.is_(None), HistoryEntry.submission_id.in_(seen))


async def is_submitted(session: AsyncSession, caller: Participant, tool_id: UUID) -> bool:
    """Whether the caller sees a submission of the tool."""
    statement = select(Submission.tool_id).where(Submission.tool_id == tool_id, visible_to(caller)).limit(1)
    return await session.scalar(statement) is not None
