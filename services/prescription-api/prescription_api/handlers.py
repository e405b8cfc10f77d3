"""What prescription-api does when others tell it something."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import DateTime, Text, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from prescription_api import queries
from prescription_api.models import tool_copy
from shared.events import ToolOpened, ToolPublished, ToolReinstated, ToolRemoved, ToolStopped
from shared.events.catalog import ToolDocument
from shared.messaging import Delivery, Handlers

_TYPES: Final = (
    bindparam("citizen", type_=Text),
    bindparam("prescription_id", type_=Uuid),
    bindparam("now", type_=DateTime(timezone=True)),
)

_OPENS: Final = f"(p.state = 'active' OR (p.state = 'expired' AND NOT {queries.newer_than('p')}))"
_OPEN: Final = text(f"""
    UPDATE prescription p SET
        state = CASE WHEN {_OPENS} THEN 'opened' ELSE p.state END,
        opened_at = :at,
        version = p.version + 1,
        changed_at = :now
    WHERE p.citizen = :citizen AND p.prescription_id = :prescription_id AND (p.opened_at IS NULL OR p.opened_at > :at)
""").bindparams(*_TYPES, bindparam("at", type_=DateTime(timezone=True)))  # noqa: S608 - put together from constants

_REMOVE: Final = text("""
    UPDATE prescription SET state = 'removed', version = version + 1, changed_at = :now
    WHERE citizen = :citizen AND prescription_id = :prescription_id
        AND state IN ('active', 'opened', 'expired', 'stopped')
""").bindparams(*_TYPES)


async def apply_tool(session: AsyncSession, sequence: int, tool: ToolDocument) -> None:
    """The tool as of this position in the change feed; older news than the copy has is passed over."""
    values = {
        "stopped": False,
        "stop_category": None,
        "name": tool.texts["nb"].name,
        "document": tool.model_dump(mode="json", by_alias=True),
    }
    await _upsert(session, tool.tool_id, sequence, values)


async def apply_stop(session: AsyncSession, sequence: int, tool_id: UUID, category: str | None) -> None:
    """K4. The stop may be known before the tool is."""
    await _upsert(session, tool_id, sequence, {"stopped": True, "stop_category": category})


async def _upsert(session: AsyncSession, tool_id: UUID, sequence: int, values: dict[str, Any]) -> None:
    statement = insert(tool_copy).values(tool_id=tool_id, sequence=sequence, **values)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["tool_id"],
            set_={"sequence": sequence, **values},
            where=tool_copy.c.sequence < statement.excluded.sequence,
        )
    )


async def on_tool_published(session: AsyncSession, event: ToolPublished, delivery: Delivery) -> None:
    await apply_tool(session, event.sequence, event.tool)


async def on_tool_reinstated(session: AsyncSession, event: ToolReinstated, delivery: Delivery) -> None:
    await apply_tool(session, event.sequence, event.tool)


async def on_tool_stopped(session: AsyncSession, event: ToolStopped, delivery: Delivery) -> None:
    await apply_stop(session, event.sequence, event.tool_id, event.category)


async def on_tool_opened(session: AsyncSession, event: ToolOpened, delivery: Delivery) -> None:
    """M1: the first opening is kept in every state; what waits for it becomes opened.

    One that is heard of after the expiry was before the citizen's pages knew of that: the citizen has the tool, so the
    prescription lives, unless a newer one has taken its place.
    """
    await session.execute(_OPEN, _about(event, delivery) | {"at": event.at})


async def on_tool_removed(session: AsyncSession, event: ToolRemoved, delivery: Delivery) -> None:
    """P10: what the citizen has deleted may be prescribed again, and does not come back with its tool."""
    await session.execute(_REMOVE, _about(event, delivery))


def _about(event: ToolOpened | ToolRemoved, delivery: Delivery) -> dict[str, Any]:
    return {"citizen": event.citizen, "prescription_id": event.prescription_id, "now": delivery.now}


HANDLERS: Final[Handlers] = {
    ToolPublished: [on_tool_published],
    ToolReinstated: [on_tool_reinstated],
    ToolStopped: [on_tool_stopped],
    ToolOpened: [on_tool_opened],
    ToolRemoved: [on_tool_removed],
}
