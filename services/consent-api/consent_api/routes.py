"""HTTP only: takes caller and session, calls one use case, answers."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response, Security

from consent_api import queries, service
from consent_api.errors import RepresentationNotAllowed
from consent_api.models import LAST_VERSION, Consent, ConsentChange
from consent_api.rendering import render
from consent_api.schemas import (
    ConsentChoice,
    ConsentState,
    ConsentStep,
    DigitallyActiveAnswer,
    DigitallyActiveQuestion,
)
from shared.app import Now, References
from shared.auth import CITIZEN_REFUSALS, MACHINE_REFUSALS, Citizen, Machine, citizen, machine
from shared.db import CurrentDatabase, Reader, Session
from shared.errors import (
    InvalidInput,
    MalformedRequest,
    PreconditionFailed,
    PreconditionRequired,
    Unavailable,
    problems,
)
from shared.http import BodyTooLarge, IfMatch, IfNoneMatch, etag_matches
from shared.language import best_language
from shared.paging import Cursor, CursorInvalid, Limit, Page, decode_cursor, encode_cursor

CHECK_SCOPE: Final = "nhn:helsenorge.eksternapi/helsenorgeaktivsjekken"
_OWN: Final = (*CITIZEN_REFUSALS, RepresentationNotAllowed, Unavailable)
_SENT_IN: Final = (MalformedRequest, BodyTooLarge, InvalidInput)
_TAGGED: Final[dict[int | str, dict[str, Any]]] = {
    200: {"headers": {"ETag": {"description": "The entity tag of this answer", "schema": {"type": "string"}}}}
}
_READ: Final = _TAGGED | {304: {"description": "As the entity tag in If-None-Match says"}}

router = APIRouter(prefix="/v1")


async def _oneself(caller: Annotated[Citizen, Security(citizen())]) -> str:
    """The citizen reference of who is logged in.

    A token that acts for somebody is refused, with a code of its own rather than one of authentication's, because the
    token is in order: what is missing are the rules of S5 that a parent's or proxy's choice must be held to.
    """
    if caller.represents is not None:
        raise RepresentationNotAllowed()
    return caller.reference


Oneself = Annotated[str, Depends(_oneself)]
CheckingSystem = Annotated[Machine, Security(machine(CHECK_SCOPE))]


@router.get("/me/consent", tags=["Consent"], response_model=ConsentState, responses=_READ | problems(*_OWN))
async def get_consent(me: Oneself, reader: Reader, response: Response, known: IfNoneMatch = None) -> Any:
    """The level of consent I have given"""
    found = await queries.find_consent(reader, me)
    if known and etag_matches(known, found.etag):
        return _not_modified(found.etag)
    response.headers["ETag"] = found.etag
    return _state(found)


@router.put(
    "/me/consent",
    tags=["Consent"],
    responses=_TAGGED | problems(*_OWN, *_SENT_IN, PreconditionRequired, PreconditionFailed),
)
async def set_consent(
    me: Oneself, choice: ConsentChoice, session: Session, now: Now, response: Response, seen: IfMatch = None
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
    "/me/consent/history",
    tags=["Consent"],
    response_model=Page[ConsentStep],
    responses=_READ | problems(*_OWN, CursorInvalid, InvalidInput),
)
async def list_consent_history(
    me: Oneself,
    reader: Reader,
    response: Response,
    limit: Limit = 50,
    cursor: Cursor = None,
    known: IfNoneMatch = None,
) -> Any:
    """Every change of my consent, newest first"""
    found = await queries.list_changes(reader, me, limit + 1, _before(cursor))
    etag = _page_etag(found)
    if known and etag_matches(known, etag):
        return _not_modified(etag)
    response.headers["ETag"] = etag
    return _page(found, limit)


@router.post(
    "/digitally-active",
    tags=["Digitally active"],
    response_model=DigitallyActiveAnswer,
    responses=problems(*MACHINE_REFUSALS, *_SENT_IN, Unavailable),
)
async def check_digitally_active(
    caller: CheckingSystem,
    question: DigitallyActiveQuestion,
    request: Request,
    database: CurrentDatabase,
    references: References,
    now: Now,
) -> Response:
    """Find out who can be reached through Helsenorge

    For 1 to 1,000 people: whether each is digitally active in the area, and if not, every reason why. A number that is
    malformed or whose check digits are wrong is reported in its place (`error`) and leaves the others alone. Who never
    answered and who withdrew are not told apart: both are `no-consent`.
    """
    outcomes = await service.check_digitally_active(
        database,
        references,
        question.national_ids,
        question.area,
        now,
        allow_synthetic=request.app.state.settings.allow_synthetic,
    )
    language = best_language(request.headers.get("accept-language"))
    return Response(
        render(zip(question.national_ids, outcomes, strict=True), language),
        media_type="application/json",
        headers={"Content-Language": language, "Vary": "Accept-Language"},
    )


def _not_modified(etag: str) -> Response:
    return Response(status_code=304, headers={"ETag": etag})


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
