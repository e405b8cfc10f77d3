"""What has been done to a tool, by whom and why (K2): HTTP only."""

from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Path, Response

from catalog_api.answers import Answer
from catalog_api.conditional import READ
from catalog_api.errors import ToolNotFound
from catalog_api.history import queries, service
from catalog_api.history.rendering import render_history
from catalog_api.history.schemas import HistoryPage
from catalog_api.participants import SupplierOrStaff
from catalog_api.submissions.errors import ToolOfAnotherSupplier
from shared.auth import STAFF_REFUSALS
from shared.db import Session
from shared.errors import problems
from shared.exact import Id
from shared.http import IfNoneMatch
from shared.paging import DEFAULT_LIMIT, Cursor, CursorInvalid, Limit, decode_cursor

_ASK_AGAIN: Final = "private, no-cache"
_LARGEST: Final = 2**63 - 1

histories = APIRouter(prefix="/v1/tools", tags=["History"])


@histories.get(
    "/{toolId}/history",
    summary="Read a tool's history",
    response_model=HistoryPage,
    responses=READ | problems(*STAFF_REFUSALS, ToolNotFound, ToolOfAnotherSupplier, CursorInvalid),
)
async def list_tool_history(
    tool_id: Annotated[Id, Path(alias="toolId")],
    caller: SupplierOrStaff,
    session: Session,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    known: IfNoneMatch = None,
) -> Response:
    """Every step of every submission, every publication, stop and reinstatement, and every change of the image, newest
    first, with who, when and why. For staff and the tool's supplier.
    """
    before = _position(cursor)
    await service.require_reader(session, caller, tool_id)
    entries = await queries.find_history(session, caller, tool_id, before, limit)
    return Answer.of(render_history(entries, limit), _ASK_AGAIN).response(known)


def _position(cursor: str | None) -> queries.Position | None:
    position = decode_cursor(cursor, str, int, int)
    if position is None:
        return None
    moment, place, number = position
    try:
        at = datetime.fromisoformat(moment)
        if at.tzinfo and place in (0, 1) and 0 <= number <= _LARGEST:
            return at.astimezone(UTC), place, number
    except (ValueError, OverflowError):
        pass
    raise CursorInvalid()
