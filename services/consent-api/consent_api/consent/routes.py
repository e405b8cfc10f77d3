"""HTTP of a citizen's consent."""

from typing import Any

from fastapi import APIRouter, Response

from consent_api.answers import ACTING, READ, SENT_IN, not_modified
from consent_api.consent import queries, service
from consent_api.consent.models import LAST_VERSION, Consent, ConsentChange
from consent_api.consent.schemas import ConsentChoice, ConsentState, ConsentStep
from consent_api.representation.acting import Changing, Reading
from shared.app import Now
from shared.db import Reader, Session
from shared.errors import InvalidInput, PreconditionFailed, PreconditionRequired, problems
from shared.http import IfMatch, IfNoneMatch, etag_matches
from shared.paging import Cursor, CursorInvalid, Limit, Page, decode_cursor, encode_cursor

router = APIRouter(prefix="/v1/me/consent", tags=["Consent"])


@router.get("", response_model=ConsentState, responses=READ | problems(*ACTING))
async def get_consent(me: Reading, reader: Reader, response: Response, known: IfNoneMatch = None) -> Any:
    """The level of consent I have given

    A parent reads and sets it for a child under 16; from 12 a young person with an own access does too.
    """
    found = await queries.find_consent(reader, me.citizen)
    if known and etag_matches(known, found.etag):
        return not_modified(found.etag)
    response.headers["ETag"] = found.etag
    return _state(found)


@router.put("", responses=problems(*ACTING, *SENT_IN, PreconditionRequired, PreconditionFailed))
async def set_consent(
    me: Changing, choice: ConsentChoice, session: Session, now: Now, response: Response, seen: IfMatch = None
) -> ConsentState:
    """Set the level of my consent

    Takes effect at once. Choosing the level that already is changes nothing and keeps the ETag. Of several changes of
    the same version at once, one succeeds and the others get `precondition-failed`.
    """
    if seen is None:
        raise PreconditionRequired()
    changed = await service.set_consent(session, me, choice.level, seen, now)
    response.headers["ETag"] = changed.etag
    return _state(changed)


@router.get(
    "/history",
    response_model=Page[ConsentStep],
    responses=READ | problems(*ACTING, CursorInvalid, InvalidInput),
)
async def list_consent_history(
    me: Reading,
    reader: Reader,
    response: Response,
    limit: Limit = 50,
    cursor: Cursor = None,
    known: IfNoneMatch = None,
) -> Any:
    """Every change of my consent, newest first"""
    found = await queries.list_changes(reader, me.citizen, limit + 1, _before(cursor))
    etag = _page_etag(found)
    if known and etag_matches(known, etag):
        return not_modified(etag)
    response.headers["ETag"] = etag
    return _page(found, limit)


def _state(found: Consent) -> ConsentState:
    return ConsentState(level=found.level, version=found.version, changed_at=found.changed_at)


def _before(cursor: str | None) -> int | None:
    """The version that the page is below."""
    position = decode_cursor(cursor, int)
    if position and not 0 < position[0] <= LAST_VERSION:
        raise CursorInvalid()
    return position[0] if position else None


def _page(found: list[ConsentChange], limit: int) -> Page[ConsentStep]:
    """`found` holds one more than the page when there are more."""
    shown = found[:limit]
    steps = [
        ConsentStep(level=step.level, version=step.version, changed_at=step.changed_at, acted_by=step.actor)
        for step in shown
    ]
    return Page(items=steps, next_cursor=encode_cursor(shown[-1].version) if len(found) > limit else None)


def _page_etag(found: list[ConsentChange]) -> str:
    """Steps never change and have no gaps, so the first and the last say which page it is."""
    return f'"{found[0].version}-{found[-1].version}"' if found else '"0"'
