"""What a citizen does with a tool: opens it, deletes it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from helsetilbud_api.citizen import queries, writing
from helsetilbud_api.citizen.launching.service import launch_address
from helsetilbud_api.citizen.models import MyTool, User, check_mine, check_openable, launch_of, leaves_out_own
from helsetilbud_api.citizen.rebuilding.log import keep_event, lock_citizens
from helsetilbud_api.citizen.signing_in.issuer import LaunchIssuer
from helsetilbud_api.clients.prescriptions import Message, PatientMessages
from shared import idempotency, outbox
from shared.auth import Citizen
from shared.events import ToolOpened, ToolRemoved
from shared.events.catalog import ToolDocument
from shared.idempotency import Answer, Repeatable


async def message_for(
    caller: Citizen, messages: PatientMessages, prescription_id: UUID | None, has_message: bool | None
) -> Message:
    """What was written to the patient; asked for also where nobody has told whether there is anything. What is said to
    somebody of 12 to 15 is theirs (S5).
    """
    if prescription_id is None or has_message is False or leaves_out_own(caller):
        return Message()
    return await messages.find(prescription_id)


async def open_tool(
    session: AsyncSession,
    caller: Citizen,
    tool_id: UUID,
    repeat: Repeatable | None,
    now: datetime,
    issuer: LaunchIssuer | None = None,
) -> tuple[Answer, bool]:
    """The address, and whether the same request was answered before. The first opening ends being new (M1).

    What stands in the way is looked for before an earlier answer is: that would let a tool stopped meanwhile be started
    (K4). consent-api has been asked before this. A launch code is good once, so a repeated request gets a code of its
    own; what is kept of the answer has none.

    Raises ToolNotInMyTools, ToolsHidden, ToolWithdrawn, ToolNotReady, ToolNotForRepresentatives,
    TooYoungForTool.
    """
    await lock_citizens(session, caller.acting_for)
    mine = check_mine(await queries.lock_my_tool(session, caller.acting_for, tool_id), caller, asked=True)
    tool = check_openable(mine, User.of(caller, now))
    answered = await idempotency.claim(session, repeat)
    if answered is None:
        await _keep_opening(session, caller, mine, tool, now)
        await idempotency.keep(session, repeat, Answer(200, {}, {"url": tool.integration.address}))
    if launch := launch_of(tool):
        address = await launch_address(session, caller, launch, now, issuer)
        return Answer(200, {}, {"url": address}), answered is not None
    return answered or Answer(200, {}, {"url": tool.integration.address}), answered is not None


async def _keep_opening(
    session: AsyncSession, caller: Citizen, mine: MyTool, tool: ToolDocument, now: datetime
) -> None:
    event = ToolOpened(
        citizen=caller.acting_for,
        tool_id=tool.tool_id,
        prescription_id=mine.prescription_id,
        acted_by=caller.reference,
        at=now,
    )
    await writing.do(session, event)
    await keep_event(session, event)
    await outbox.add(session, event, now)


async def remove_tool(session: AsyncSession, caller: Citizen, tool_id: UUID, now: datetime) -> None:
    """P10: it may be prescribed again from now on. Raises ToolNotInMyTools, ToolsHidden, ConsentUnknown."""
    await lock_citizens(session, caller.acting_for)
    mine = check_mine(await queries.lock_my_tool(session, caller.acting_for, tool_id), caller)
    event = ToolRemoved(
        citizen=caller.acting_for,
        tool_id=tool_id,
        prescription_id=mine.prescription_id,
        acted_by=caller.reference,
        at=now,
    )
    await writing.do(session, event)
    await keep_event(session, event)
    await outbox.add(session, event, now)
