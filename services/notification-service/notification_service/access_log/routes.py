"""The access log over HTTP."""

from fastapi import APIRouter, Response

from notification_service.access_log.queries import list_look_ups
from notification_service.access_log.schemas import AccessLogEntry, AccessLogPage
from notification_service.preferences.routes import OWN, READ, ReadersLanguage, Whose
from shared.db import Reader
from shared.errors import InvalidInput, problems
from shared.http import IfNoneMatch, tagged
from shared.paging import DEFAULT_LIMIT, Cursor, CursorInvalid, Limit, decode_moment_cursor, encode_cursor

router = APIRouter(tags=["Access log"])


@router.get(
    "/v1/me/access-log",
    response_model=AccessLogPage,
    responses=READ | problems(*OWN, CursorInvalid, InvalidInput),
)
async def list_access_log(
    me: Whose,
    reader: Reader,
    language: ReadersLanguage,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    known: IfNoneMatch = None,
) -> Response:
    """Who has looked up what was sent to me

    Newest first, kept for five years (P13). Each page that somebody has looked at is an entry.
    """
    rows = await list_look_ups(reader, me, decode_moment_cursor(cursor), limit + 1)
    items = [AccessLogEntry.of(row, language) for row in rows[:limit]]
    last = items[-1] if len(rows) > limit else None
    following = encode_cursor(rows[limit - 1]["at"].isoformat(), str(last.entry_id)) if last else None
    page = AccessLogPage(items=items, next_cursor=following)
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    return tagged(page.model_dump_json(by_alias=True).encode(), known, headers)
