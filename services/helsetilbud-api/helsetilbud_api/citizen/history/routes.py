"""HTTP only: what has been done with the citizen's tools."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from helsetilbud_api.citizen.errors import ConsentUnknown
from helsetilbud_api.citizen.history.queries import list_history
from helsetilbud_api.citizen.history.rendering import render_entry
from helsetilbud_api.citizen.history.schemas import History
from helsetilbud_api.citizen.models import check_known, leaves_out_own
from helsetilbud_api.citizen.rendering import hidden, tagged
from helsetilbud_api.citizen.routes import OWN, READ, Me
from shared.db import CurrentDatabase
from shared.errors import problems
from shared.exact import Id
from shared.http import IfNoneMatch
from shared.language import best_language
from shared.paging import DEFAULT_LIMIT, Cursor, CursorInvalid, Limit, decode_cursor, encode_cursor

_NEWEST: Final = 2**63 - 1

router = APIRouter(prefix="/v1/me")


@router.get(
    "/history",
    tags=["My tools"],
    summary="List what has been done with my tools",
    response_model=History,
    responses=READ | problems(*OWN, ConsentUnknown, CursorInvalid),
)
async def list_my_history(
    me: Me,
    database: CurrentDatabase,
    request: Request,
    tool_id: Annotated[Id | None, Query(alias="toolId", description="Of this tool only")] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    known: IfNoneMatch = None,
) -> Response:
    """Across all tools, the newest first: when each was sent and by whom, added, opened (every time), deleted, taken
    back, ended, withdrawn. What is no longer the citizen's keeps its trace. Parents of somebody of 12 to 15 see what is
    about prescribed tools that a representative may use.
    """
    language = best_language(request.headers.get("accept-language"))
    position, narrowed = decode_cursor(cursor, int), leaves_out_own(me)
    before = min(position[0], _NEWEST) if position and position[0] > 0 else _NEWEST
    async with database.driver() as connection:
        rows = await list_history(connection, me.acting_for, language, before, tool_id, limit, narrowed=narrowed)
    check_known(rows[0]["level"])
    shown = [row for row in rows[:limit] if row["number"] is not None]
    more = len(rows) > limit
    page = {
        "items": [render_entry(row, language) for row in shown],
        "nextCursor": encode_cursor(shown[-1]["number"]) if more else None,
        "hidden": hidden(rows[0]["level"], language),
    }
    return tagged(page, language, known)
