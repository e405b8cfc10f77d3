"""The access log over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response, Security

from helsetilbud_api.access_log.queries import list_entries
from helsetilbud_api.access_log.schemas import AccessLogEntry
from shared.auth import CITIZEN_REFUSALS, REPRESENTATION_REFUSALS, Citizen, acting
from shared.db import Reader
from shared.errors import InvalidInput, Unavailable, problems
from shared.http import IfNoneMatch, tagged
from shared.language import best_language
from shared.paging import DEFAULT_LIMIT, Cursor, CursorInvalid, Limit, Page, decode_moment_cursor, encode_cursor

# a young person's log is their own
ReadingLog = Annotated[Citizen, Security(acting("health-care", "read", young_persons_own=True))]

_READ: dict[int | str, dict[str, Any]] = {
    200: {
        "headers": {
            "ETag": {"description": "Of this answer in this language", "schema": {"type": "string"}},
            "Content-Language": {"description": "Of the texts", "schema": {"type": "string"}},
        }
    },
    304: {"description": "As the ETag in If-None-Match says"},
}
_REFUSALS = (*CITIZEN_REFUSALS, *REPRESENTATION_REFUSALS, Unavailable, InvalidInput, CursorInvalid)

router = APIRouter(prefix="/v1/me/access-log", tags=["Access log"])


@router.get(
    "",
    summary="See who at a GP's office looked me up",
    response_model=Page[AccessLogEntry],
    responses=_READ | problems(*_REFUSALS),
)
async def list_access_log(
    me: ReadingLog,
    reader: Reader,
    request: Request,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    known: IfNoneMatch = None,
) -> Response:
    """Newest first, kept for five years. A parent reads it until the child is 12, and the holder of a power of
    attorney for health care.
    """
    language = best_language(request.headers.get("accept-language"))
    rows = await list_entries(reader, me.acting_for, decode_moment_cursor(cursor), limit + 1)
    last = rows[limit - 1] if len(rows) > limit else None
    page = Page[AccessLogEntry](
        items=[AccessLogEntry.of(row, language) for row in rows[:limit]],
        next_cursor=encode_cursor(last["at"].isoformat(), str(last["entry_id"])) if last else None,
    )
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    return tagged(page.model_dump_json(by_alias=True).encode(), known, headers)
