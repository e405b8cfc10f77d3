"""What catalogue staff do (K4): HTTP only."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response, Security
from sqlalchemy.ext.asyncio import AsyncSession

from catalog_api import service
from catalog_api.errors import ToolAlreadyStopped, ToolNotFound, ToolNotStopped
from catalog_api.models import ToolChange
from catalog_api.rendering import render_status
from catalog_api.schemas import ReinstateRequest, StopRequest, ToolStatus
from shared import idempotency
from shared.app import Now
from shared.auth import STAFF_REFUSALS, Staff, staff
from shared.db import Database
from shared.errors import problems
from shared.idempotency import IdempotencyInProgress, IdempotencyKey, IdempotencyKeyReused

_REFUSALS: Final = (*STAFF_REFUSALS, ToolNotFound, IdempotencyInProgress, IdempotencyKeyReused)

Admin = Annotated[Staff, Security(staff("nhn:verktoykatalog/admin"))]
ToolId = Annotated[UUID, Path(alias="toolId")]

staff_tools = APIRouter(prefix="/v1/tools", tags=["Staff"])


@staff_tools.post(
    "/{toolId}/stop",
    summary="Stop a tool at once",
    response_model=ToolStatus,
    responses=problems(*_REFUSALS, ToolAlreadyStopped),
)
async def stop_tool(
    tool_id: ToolId, wanted: StopRequest, caller: Admin, request: Request, now: Now, key: IdempotencyKey = None
) -> Response:
    """From this second on it can be neither prescribed nor started, and is not in the catalogue's lists. `category` is
    shown to everyone, `reason` to staff and the supplier.
    """

    async def stop(session: AsyncSession) -> ToolChange:
        return await service.stop(session, tool_id, wanted.category, wanted.reason, caller.subject, now)

    return await _change_once(request, caller, key, stop)


@staff_tools.post(
    "/{toolId}/reinstate",
    summary="Reinstate a stopped tool",
    response_model=ToolStatus,
    responses=problems(*_REFUSALS, ToolNotStopped),
)
async def reinstate_tool(
    tool_id: ToolId, wanted: ReinstateRequest, caller: Admin, request: Request, now: Now, key: IdempotencyKey = None
) -> Response:
    """The revision that was stopped is what everyone sees again."""

    async def reinstate(session: AsyncSession) -> ToolChange:
        return await service.reinstate(session, tool_id, wanted.reason, caller.subject, now)

    return await _change_once(request, caller, key, reinstate)


async def _change_once(
    request: Request, caller: Staff, key: str | None, change: Callable[[AsyncSession], Awaitable[ToolChange]]
) -> Response:
    """The transaction ends here and not in a dependency, because the ready answers are stale only after the commit."""
    repeat = await idempotency.repeatable(request, caller.client_id, key, _secret(request))
    database: Database = request.app.state.database
    async with database.session() as session:
        if answered := await idempotency.claim(session, repeat):
            return answered.response(replayed=True)
        answer = idempotency.Answer(200, {}, render_status(await change(session)))
        await idempotency.keep(session, repeat, answer)
    request.app.state.answers.newest.changed()
    return answer.response()


def _secret(request: Request) -> bytes:
    settings = request.app.state.settings
    key: bytes = settings.citizen_reference_keys[settings.citizen_reference_key_id].get_secret_value().encode()
    return key
