"""What is done to the catalogue: publish, stop, reinstate. Each is a change with a place in the feed, and an event."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from catalog_api import queries
from catalog_api.documents import require_publishable
from catalog_api.errors import ToolNotFound
from catalog_api.models import Change, Tool, ToolChange, ToolRevision
from shared import outbox
from shared.events.catalog import ToolDocument, ToolPublished, ToolReinstated, ToolStopped


async def publish(session: AsyncSession, document: ToolDocument, actor: str, now: datetime) -> ToolChange:
    """A tool's first revision; the caller has the turn (queries.take_turn). Raises DocumentInvalid."""
    require_publishable(document)
    tool = Tool.published(document, now)
    session.add(tool)
    await session.flush()
    session.add(ToolRevision.of(tool, actor, now))
    change = await _record(session, tool, "published", actor, now)
    event = ToolPublished(tool_id=tool.tool_id, sequence=change.sequence, revision=tool.revision, tool=document)
    await outbox.add(session, event, now)
    return change


async def stop(
    session: AsyncSession, tool_id: UUID, category: str, reason: str, actor: str, now: datetime
) -> ToolChange:
    """K4. Raises ToolNotFound, ToolAlreadyStopped."""
    tool = await _take(session, tool_id)
    tool.stop(category, reason, now)
    change = await _record(session, tool, "stopped", actor, now, reason, category)
    event = ToolStopped(tool_id=tool_id, sequence=change.sequence, revision=tool.revision, category=category)
    await outbox.add(session, event, now)
    return change


async def reinstate(session: AsyncSession, tool_id: UUID, reason: str, actor: str, now: datetime) -> ToolChange:
    """K4. Raises ToolNotFound, ToolNotStopped."""
    tool = await _take(session, tool_id)
    tool.reinstate(now)
    change = await _record(session, tool, "reinstated", actor, now, reason)
    document = ToolDocument.model_validate(tool.document)
    event = ToolReinstated(tool_id=tool_id, sequence=change.sequence, revision=tool.revision, tool=document)
    await outbox.add(session, event, now)
    return change


async def _take(session: AsyncSession, tool_id: UUID) -> Tool:
    """The tool as it is, with no other writer beside us."""
    await queries.take_turn(session)
    tool = await session.get(Tool, tool_id)
    if tool is None:
        raise ToolNotFound()
    return tool


async def _record(
    session: AsyncSession,
    tool: Tool,
    change: Change,
    actor: str,
    now: datetime,
    reason: str | None = None,
    category: str | None = None,
) -> ToolChange:
    recorded = ToolChange(
        sequence=await queries.next_sequence(session),
        tool_id=tool.tool_id,
        revision=tool.revision,
        change=change,
        changed_at=now,
        actor=actor,
        reason=reason,
        category=category,
    )
    session.add(recorded)
    await session.flush()
    return recorded
