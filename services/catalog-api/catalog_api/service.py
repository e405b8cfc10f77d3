"""What is done to the catalogue: publish, stop, reinstate. Each is a change with a place in the feed, and an event."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from catalog_api import queries
from catalog_api.errors import ToolNotFound
from catalog_api.models import STOPPED, Change, Tool, ToolChange, ToolRevision, ToolStep, kept
from catalog_api.participants import Actor
from shared import outbox
from shared.events.catalog import ToolDocument, ToolPublished, ToolReinstated, ToolStopped


async def publish(
    session: AsyncSession, document: ToolDocument, actor: Actor, now: datetime, **history: Any
) -> ToolChange | None:
    """A revision becomes the one that everyone sees; the caller has the turn (queries.take_turn).

    A stopped tool stays stopped: nothing changes for anyone until it is reinstated, so there is neither a change nor an
    event, and None is returned. `history` is what the history is told besides: `submission_id`, `state`, `reason`.
    """
    tool = await session.get(Tool, document.tool_id)
    change: Change = "updated" if tool else "published"
    if tool:
        tool.take(document, now)
    else:
        tool = Tool.published(document, now)
        tool.image_tag = await queries.find_image_tag(session, tool.tool_id)
        session.add(tool)
    await session.flush()
    session.add(ToolRevision.of(tool, actor, now))
    if tool.status == STOPPED:
        note(session, tool.tool_id, "published", actor, now, revision=tool.revision, **history)
        return None
    recorded = await record(session, tool, change, actor, now, step="published", **history)
    event = ToolPublished(tool_id=tool.tool_id, sequence=recorded.sequence, revision=tool.revision, tool=document)
    await outbox.add(session, event, now)
    return recorded


async def stop(
    session: AsyncSession, tool_id: UUID, category: str, reason: str, actor: Actor, now: datetime
) -> ToolChange:
    """K4. Raises ToolNotFound, ToolAlreadyStopped."""
    tool = await _take(session, tool_id)
    tool.stop(category, reason, now)
    change = await record(session, tool, "stopped", actor, now, reason=reason, category=category)
    event = ToolStopped(tool_id=tool_id, sequence=change.sequence, revision=tool.revision, category=category)
    await outbox.add(session, event, now)
    return change


async def reinstate(session: AsyncSession, tool_id: UUID, reason: str, actor: Actor, now: datetime) -> ToolChange:
    """K4. The newest revision is what is seen again. Raises ToolNotFound, ToolNotStopped."""
    tool = await _take(session, tool_id)
    tool.reinstate(now)
    change = await record(session, tool, "reinstated", actor, now, reason=reason)
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


async def record(
    session: AsyncSession, tool: Tool, change: Change, actor: Actor, now: datetime, **history: Any
) -> ToolChange:
    """An entry of the change feed, and of the history; the caller has the turn."""
    recorded = ToolChange(
        sequence=await queries.next_sequence(session),
        tool_id=tool.tool_id,
        revision=tool.revision,
        change=change,
        changed_at=now,
        **kept(actor),
        **history,
    )
    session.add(recorded)
    await session.flush()
    return recorded


def note(session: AsyncSession, tool_id: UUID, step: str, actor: Actor, now: datetime, **history: Any) -> None:
    """An entry of the history alone."""
    session.add(ToolStep(tool_id=tool_id, step=step, happened_at=now, **kept(actor), **history))
