"""HTTP of the access log."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from consent_api.answers import ACTING, READ, tagged
from consent_api.my_log.queries import list_entries
from consent_api.my_log.schemas import AccessLogEntry
from consent_api.my_log.texts import describe
from consent_api.representation.acting import ReadingLog
from shared.db import Reader
from shared.errors import InvalidInput, problems
from shared.http import IfNoneMatch
from shared.language import best_language
from shared.paging import Cursor, CursorInvalid, Limit, Page, decode_cursor, encode_cursor

router = APIRouter(prefix="/v1/me/access-log", tags=["Access log"])


@router.get("", response_model=Page[AccessLogEntry], responses=READ | problems(*ACTING, CursorInvalid, InvalidInput))
async def list_access_log(
    me: ReadingLog,
    reader: Reader,
    request: Request,
    limit: Limit = 50,
    cursor: Cursor = None,
    known: IfNoneMatch = None,
) -> Response:
    """Who asked about me, and who acted for me

    Newest first. A parent reads it for a child under 12; from then on it is the young person's own.
    """
    language = best_language(request.headers.get("accept-language"))
    found = await list_entries(reader, me.citizen, _position(cursor), limit + 1)
    after = None
    if len(found) > limit:
        last = found[limit - 1]
        after = encode_cursor(last["at"].isoformat(), last["call_id"])
    page = Page[AccessLogEntry](items=[_entry(row, language) for row in found[:limit]], next_cursor=after)
    return tagged(page, known, {"Content-Language": language, "Vary": "Accept-Language"})


def _position(cursor: str | None) -> tuple[datetime, int] | None:
    """Raises CursorInvalid."""
    position = decode_cursor(cursor, str, int)
    if position is None:
        return None
    try:
        at = datetime.fromisoformat(position[0])
        if at.tzinfo is None or not 0 < position[1] < 2**63:
            raise CursorInvalid()
        return at.astimezone(UTC), position[1]
    except (ValueError, OverflowError) as error:  # a forged one may lie before the year 1 in UTC
        raise CursorInvalid() from error


def _entry(row: Mapping[str, Any], language: str) -> AccessLogEntry:
    role = None
    if row["kind"] == "representation":
        role = "representative" if row["is_actor"] else "represented"
    return AccessLogEntry(
        at=row["at"],
        kind=row["kind"],
        about=row["about"],
        organisation=row["organisation"],
        client=row["client_id"],
        source_system=row["source_system"],
        role=role,
        relation=row["relation"],
        act=row["act"],
        allowed=row["allowed"],
        text=describe(row, language),
    )
