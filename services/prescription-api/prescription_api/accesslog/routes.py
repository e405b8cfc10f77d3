"""The access log over HTTP."""

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic_core import to_json

from prescription_api.accesslog import reading
from prescription_api.accesslog.schemas import AccessLogEntry
from prescription_api.answers import tagged
from prescription_api.callers import Me
from prescription_api.fhir import audit_event, examples
from prescription_api.fhir.errors import NotAcceptable
from prescription_api.fhir.links import base_address
from prescription_api.fhir.negotiation import FHIR, JSON, choose
from prescription_api.outside import CurrentOutside
from shared.auth import CITIZEN_REFUSALS, REPRESENTATION_REFUSALS
from shared.errors import problems
from shared.http import IfNoneMatch
from shared.language import best_language
from shared.paging import DEFAULT_LIMIT, Cursor, CursorInvalid, Limit, Page, decode_moment_cursor

router = APIRouter()

_EITHER: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {FHIR: examples.content(examples.AUDIT_EVENTS)},
        "headers": {
            "ETag": {"description": "Of this answer in this language and form", "schema": {"type": "string"}},
            "Content-Language": {"description": "Of the texts", "schema": {"type": "string"}},
        },
    },
    304: {"description": "Nothing has changed since the answer with the ETag in If-None-Match"},
}


@router.get(
    "/v1/me/access-log",
    response_model=Page[AccessLogEntry],
    tags=["citizen"],
    summary="See who looked me up or prescribed to me",
    responses=_EITHER | problems(*CITIZEN_REFUSALS, *REPRESENTATION_REFUSALS, CursorInvalid, NotAcceptable),
)
async def list_access_log(
    me: Me,
    outside: CurrentOutside,
    request: Request,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Newest first, kept for five years (P13). Whoever acts for somebody sees that person's: a parent until the child
    is 12, and the holder of a power of attorney for health care. As JSON with texts in plain words, or with
    `Accept: application/fhir+json` as a Bundle of R4 AuditEvents.

    A look-up of a person is one entry each time. That somebody has opened one prescription, or had it in a list, is one
    entry a day.
    """
    media_type = choose(request, JSON, FHIR)
    language = best_language(request.headers.get("accept-language"))
    after = decode_moment_cursor(cursor)
    page = await reading.read_access_log(outside, me.acting_for, after, limit, language)
    if media_type == FHIR:
        address = f"{base_address(request)}/v1/me/access-log"
        body = to_json(audit_event.bundle(page, address, limit, cursor, language))
    else:
        body = to_json(reading.in_plain_words(page, language))
    headers = {"Content-Language": language, "Vary": "Accept, Accept-Language"}
    return tagged(body, media_type, if_none_match, headers)
