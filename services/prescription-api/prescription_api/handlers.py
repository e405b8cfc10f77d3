"""What prescription-api does when others tell it something."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from prescription_api.models import catalogue_position, prescription, tool_copy
from shared.events import ToolOpened, ToolPublished, ToolReinstated, ToolRemoved, ToolStopped
from shared.events.catalog import ToolDocument
from shared.messaging import Delivery, Handlers


async def apply_tool(session: AsyncSession, sequence: int, tool: ToolDocument) -> None:
    """The tool as of this position in the change feed; older news than the copy has is passed over."""
    names = [texts.name for texts in tool.texts.values()]
    words = [*names, *tool.keywords, *(texts.short_text for texts in tool.texts.values())]
    values = {
        "stopped": False,
        "stop_category": None,
        "name": tool.texts["nb"].name,
        "search_text": " ".join(words).lower(),
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


async def keep_position(session: AsyncSession, cursor: str, now: datetime) -> None:
    statement = insert(catalogue_position).values(only_row=True, cursor=cursor, read_at=now)
    await session.execute(
        statement.on_conflict_do_update(index_elements=["only_row"], set_={"cursor": cursor, "read_at": now})
    )


async def on_tool_published(session: AsyncSession, event: ToolPublished, delivery: Delivery) -> None:
    await apply_tool(session, event.sequence, event.tool)


async def on_tool_reinstated(session: AsyncSession, event: ToolReinstated, delivery: Delivery) -> None:
    await apply_tool(session, event.sequence, event.tool)


async def on_tool_stopped(session: AsyncSession, event: ToolStopped, delivery: Delivery) -> None:
    await apply_stop(session, event.sequence, event.tool_id, event.category)


async def on_tool_opened(session: AsyncSession, event: ToolOpened, delivery: Delivery) -> None:
    """M1: the first opening. Later ones, and one that comes after the prescription's end, change nothing."""
    await _move(session, event, ("active",), {"state": "opened", "opened_at": event.at, "changed_at": delivery.now})


async def on_tool_removed(session: AsyncSession, event: ToolRemoved, delivery: Delivery) -> None:
    """P10: what the citizen has deleted may be prescribed again."""
    await _move(session, event, ("active", "opened"), {"state": "removed", "changed_at": delivery.now})


async def _move(
    session: AsyncSession, event: ToolOpened | ToolRemoved, states: tuple[str, ...], values: dict[str, Any]
) -> None:
    statement = update(prescription).where(
        prescription.c.citizen == event.citizen,
        prescription.c.prescription_id == event.prescription_id,
        prescription.c.state.in_(states),
    )
    await session.execute(statement.values(version=prescription.c.version + 1, **values))


HANDLERS: Final[Handlers] = {
    ToolPublished: [on_tool_published],
    ToolReinstated: [on_tool_reinstated],
    ToolStopped: [on_tool_stopped],
    ToolOpened: [on_tool_opened],
    ToolRemoved: [on_tool_removed],
}
