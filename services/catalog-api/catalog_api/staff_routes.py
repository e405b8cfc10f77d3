"""What catalogue staff do (K4): HTTP only."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from catalog_api import service
from catalog_api.acts import act_once
from catalog_api.errors import ToolAlreadyStopped, ToolNotFound, ToolNotStopped
from catalog_api.models import ToolChange
from catalog_api.participants import Admin
from catalog_api.rendering import render_status
from catalog_api.schemas import ReinstateRequest, StopRequest, ToolStatus
from shared.app import Now
from shared.auth import STAFF_REFUSALS
from shared.errors import problems
from shared.exact import Id
from shared.idempotency import Answer, IdempotencyInProgress, IdempotencyKey, IdempotencyKeyReused

_REFUSALS: Final = (*STAFF_REFUSALS, ToolNotFound, IdempotencyInProgress, IdempotencyKeyReused)

ToolId = Annotated[Id, Path(alias="toolId")]

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

    async def stop(session: AsyncSession) -> Answer:
        actor = caller.acting_as("staff")
        return _status(await service.stop(session, tool_id, wanted.category, wanted.reason, actor, now))

    return await act_once(request, key, stop)


@staff_tools.post(
    "/{toolId}/reinstate",
    summary="Reinstate a stopped tool",
    response_model=ToolStatus,
    responses=problems(*_REFUSALS, ToolNotStopped),
)
async def reinstate_tool(
    tool_id: ToolId, wanted: ReinstateRequest, caller: Admin, request: Request, now: Now, key: IdempotencyKey = None
) -> Response:
    """Its newest revision is what everyone sees from now on: the one that was stopped, or one published meanwhile."""

    async def reinstate(session: AsyncSession) -> Answer:
        return _status(await service.reinstate(session, tool_id, wanted.reason, caller.acting_as("staff"), now))

    return await act_once(request, key, reinstate)


def _status(change: ToolChange) -> Answer:
    return Answer(200, {}, render_status(change))
