"""What a citizen does with a tool: opens it, deletes it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from helsetilbud_api.citizen import queries, writing
from helsetilbud_api.citizen.models import address_to_open, check_mine
from shared import idempotency, outbox
from shared.auth import Citizen
from shared.events import ToolOpened, ToolRemoved
from shared.idempotency import Answer, Repeatable


async def open_tool(
    session: AsyncSession, caller: Citizen, tool_id: UUID, repeat: Repeatable | None, now: datetime
) -> tuple[Answer, bool]:
    """The address, and whether the same request was answered before. The first opening ends being new (M1).

    What stands in the way is looked for before an earlier answer is: that would let a tool stopped meanwhile be started
    (K4). Raises ToolNotInMyTools, ToolsHidden, ToolWithdrawn, ToolNotReady.
    """
    mine = check_mine(await queries.lock_my_tool(session, caller.acting_for, tool_id))
    answer = Answer(200, {}, {"url": address_to_open(mine)})
    if answered := await idempotency.claim(session, repeat):
        return answered, True
    await session.execute(writing.OPEN, {"citizen": caller.acting_for, "tool_id": tool_id, "at": now})
    event = ToolOpened(
        citizen=caller.acting_for,
        tool_id=tool_id,
        prescription_id=mine.prescription_id,
        acted_by=caller.reference,
        at=now,
    )
    await outbox.add(session, event, now)
    await idempotency.keep(session, repeat, answer)
    return answer, False


async def remove_tool(session: AsyncSession, caller: Citizen, tool_id: UUID, now: datetime) -> None:
    """P10: it may be prescribed again from now on. Raises ToolNotInMyTools, ToolsHidden."""
    mine = check_mine(await queries.lock_my_tool(session, caller.acting_for, tool_id))
    await session.execute(writing.REMOVE, {"citizen": caller.acting_for, "tool_id": tool_id})
    event = ToolRemoved(
        citizen=caller.acting_for,
        tool_id=tool_id,
        prescription_id=mine.prescription_id,
        acted_by=caller.reference,
        at=now,
    )
    await outbox.add(session, event, now)
