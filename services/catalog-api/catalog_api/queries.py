"""Every SELECT of the catalogue."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import QueryableAttribute, aliased

from catalog_api.audience import Audience
from catalog_api.models import STOPPED, Image, Tool, ToolChange, ToolRevision

_TAG: Final = select(Image.tag).where(Image.tool_id == bindparam("tool_id"))
# "catalog" in ASCII
_TURN: Final = 0x636174616C6F67
_TAKE_TURN: Final = select(func.pg_advisory_xact_lock(_TURN))
_STAND: Final = select(ToolChange.sequence, ToolChange.changed_at).order_by(ToolChange.sequence.desc()).limit(1)
_KNOWN: Final = select(Tool.tool_id)

# The newest sequence of the feed and its time: with the time, a feed that was set back and refilled is another one.
Stand: TypeAlias = tuple[int, datetime | None]
NOTHING: Final[Stand] = (0, None)

_TOOL: Final = select(
    Tool.document,
    Tool.status,
    Tool.stop_category,
    Tool.national,
    Tool.audience,
    Tool.image_tag,
    Tool.published_at,
    Tool.updated_at,
).where(Tool.tool_id == bindparam("tool_id"))

_BEFORE: Final = aliased(ToolRevision)
_CHANGES: Final = (
    select(ToolChange.sequence, ToolChange.tool_id, ToolChange.revision, ToolChange.changed_at)
    .join(ToolRevision, and_(ToolRevision.tool_id == ToolChange.tool_id, ToolRevision.revision == ToolChange.revision))
    .where(ToolChange.sequence > bindparam("after"))
    .order_by(ToolChange.sequence)
    .limit(bindparam("limit"))
)


async def take_turn(session: AsyncSession) -> None:
    """Writers of the catalogue go one at a time, until the end of the transaction.

    A statement of its own: the ones after it see what the writer before has committed.
    """
    await session.execute(_TAKE_TURN)


async def next_sequence(session: AsyncSession) -> int:
    """For whoever has the turn: without gaps, and none becomes visible after a later one."""
    return (await session.scalar(_STAND) or 0) + 1


async def find_stand(connection: AsyncConnection) -> Stand:
    newest = (await connection.execute(_STAND)).first()
    return (newest.sequence, newest.changed_at) if newest else NOTHING


async def known_tools(session: AsyncSession) -> set[UUID]:
    return set((await session.execute(_KNOWN)).scalars())


async def find_tool(connection: AsyncConnection, tool_id: UUID) -> Row[Any] | None:
    return (await connection.execute(_TOOL, {"tool_id": tool_id})).first()


async def find_changes(connection: AsyncConnection, audience: Audience, after: int, limit: int) -> Sequence[Row[Any]]:
    """One more than `limit`, when there is one more. A tool that is no longer for this audience is stopped to it."""
    now, before = _is_for(audience, ToolRevision.document), _is_for(audience, _BEFORE.document)
    gone = or_(ToolChange.change == STOPPED, ~now)
    statement = _CHANGES.add_columns(
        case((now, ToolChange.change), else_=STOPPED).label("change"),
        case((now, ToolChange.category)).label("category"),
        case((gone, null()), else_=ToolRevision.document).label("document"),
    )
    if not audience.everything:
        earlier = and_(_BEFORE.tool_id == ToolChange.tool_id, _BEFORE.revision == ToolChange.revision - 1)
        statement = statement.outerjoin(_BEFORE, earlier).where(or_(now, before))
    return (await connection.execute(statement, {"after": after, "limit": limit + 1})).all()


def _is_for(audience: Audience, document: QueryableAttribute[dict[str, Any]]) -> ColumnElement[bool]:
    """A document without its table, as of a revision; null when there is none."""
    if audience.everything:
        return true()
    own = cast(list(audience.organisations), ARRAY(Text))
    return or_(document["national"].as_boolean(), func.tool_audience(document).op("&&", is_comparison=True)(own))


async def find_image_tag(session: AsyncSession, tool_id: UUID) -> str | None:
    tag: str | None = await session.scalar(_TAG, {"tool_id": tool_id})
    return tag
