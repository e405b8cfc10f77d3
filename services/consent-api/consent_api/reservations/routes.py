"""HTTP of reservations."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from consent_api.access import Sender
from consent_api.answers import ACTING, READ, SENT_IN, not_modified, tagged
from consent_api.identities import NationalIdError, NationalIdProblem, parse_all
from consent_api.representation.acting import Changing, Reading
from consent_api.reservations import queries, service
from consent_api.reservations.models import KINDS, NAMES, Kind, Reservation
from consent_api.reservations.schemas import (
    ReservationAnswer,
    ReservationChoice,
    ReservationKind,
    ReservationKinds,
    ReservationOf,
    ReservationQuestion,
    ReservationState,
)
from shared.app import Now, References
from shared.auth import MACHINE_REFUSALS
from shared.citizenref import CitizenReferences
from shared.db import CurrentDatabase, Reader, Session
from shared.errors import InvalidInput, PreconditionFailed, PreconditionRequired, Unavailable, problems
from shared.http import IfMatch, IfNoneMatch, etag_matches
from shared.language import best_language
from shared.nationalid import NationalId
from shared.norway import day_in_norway
from shared.paging import Page

router = APIRouter(prefix="/v1", tags=["Reservations"])


@router.get(
    "/me/reservations",
    response_model=Page[ReservationState],
    responses=READ | problems(*ACTING),
)
async def list_reservations(me: Reading, reader: Reader, request: Request, known: IfNoneMatch = None) -> Response:
    """What I can say no to, and what I have said"""
    language = best_language(request.headers.get("accept-language"))
    found = await queries.list_reservations(reader, me.citizen)
    page = Page[ReservationState](items=[_state(one, language) for one in found.values()])
    return tagged(page, known, {"Content-Language": language, "Vary": "Accept-Language"})


@router.get(
    "/me/reservations/{kind}",
    response_model=ReservationState,
    responses=READ | problems(*ACTING, InvalidInput),
)
async def get_reservation(
    me: Reading, kind: Kind, reader: Reader, request: Request, response: Response, known: IfNoneMatch = None
) -> Any:
    """Whether I have said no to this"""
    found = (await queries.list_reservations(reader, me.citizen))[kind]
    if known and etag_matches(known, found.etag):
        return not_modified(found.etag)
    return _told(found, request, response)


@router.put(
    "/me/reservations/{kind}",
    responses=problems(*ACTING, *SENT_IN, PreconditionRequired, PreconditionFailed),
)
async def set_reservation(
    me: Changing,
    kind: Kind,
    choice: ReservationChoice,
    session: Session,
    now: Now,
    request: Request,
    response: Response,
    seen: IfMatch = None,
) -> ReservationState:
    """Say no to this, or take it back

    Takes effect at once: nothing of this kind is sent to whoever has said no to it.
    """
    if seen is None:
        raise PreconditionRequired()
    changed = await service.set_reservation(session, me, kind, choice.reserved, seen, now)
    return _told(changed, request, response)


@router.get("/code-lists/reservation-kinds", response_model=ReservationKinds, responses=READ | problems(Unavailable))
async def list_reservation_kinds(known: IfNoneMatch = None) -> Response:
    """The kinds of reservations there are"""
    items = [ReservationKind(code=kind, name=NAMES[kind]) for kind in KINDS]
    return tagged(ReservationKinds(items=items), known, {"Cache-Control": "public, max-age=3600"})


@router.post(
    "/reservations/check",
    response_model=ReservationAnswer,
    responses=problems(*MACHINE_REFUSALS, *SENT_IN, Unavailable),
)
async def check_reservations(
    caller: Sender,
    question: ReservationQuestion,
    request: Request,
    database: CurrentDatabase,
    references: References,
    now: Now,
) -> Response:
    """Find out who must not be sent anything of a kind

    For whoever sends, at the moment of sending: an answer from earlier is not good for it. Who never said anything is
    not reserved. Every person asked about can read in their log that they were.
    """
    people = len(question.national_ids or question.citizens or ())
    request.app.state.limits.look_ups(caller.client_id, caller.organisation, people)
    asked = _identify(question, request, references, now)
    citizens = [one for one in asked if isinstance(one, str)]
    reserved = await service.check_reservations(database, caller, question.kind, citizens, now) if citizens else set()
    language = best_language(request.headers.get("accept-language"))
    written = question.national_ids or question.citizens or []
    items = [
        _answered(text, one, reserved, language, by_number=question.citizens is None)
        for text, one in zip(written, asked, strict=True)
    ]
    return Response(
        ReservationAnswer(items=items).model_dump_json(by_alias=True),
        media_type="application/json",
        headers={"Content-Language": language, "Vary": "Accept-Language"},
    )


def _identify(
    question: ReservationQuestion, request: Request, references: CitizenReferences, now: datetime
) -> list[str | NationalIdError]:
    """A citizen reference for each that was asked about, or what is wrong with its number."""
    if question.national_ids is None:
        return [references.renew(citizen) for citizen in question.citizens or ()]
    allow_synthetic = request.app.state.settings.allow_synthetic
    numbers = parse_all(question.national_ids, day_in_norway(now), allow_synthetic=allow_synthetic)
    return [references.of(number) if isinstance(number, NationalId) else number for number in numbers]


def _answered(
    text: str, one: str | NationalIdError, reserved: set[str], language: str, *, by_number: bool
) -> ReservationOf:
    """What is wrong counts as reserved: whoever overlooks the error sends nothing."""
    error = None if isinstance(one, str) else NationalIdProblem.of(one, language)
    return ReservationOf(
        national_id=text if by_number else None,
        citizen=None if by_number else text,
        reserved=error is not None or one in reserved,
        error=error,
    )


def _told(found: Reservation, request: Request, response: Response) -> ReservationState:
    language = best_language(request.headers.get("accept-language"))
    response.headers.update({"ETag": found.etag, "Content-Language": language, "Vary": "Accept-Language"})
    return _state(found, language)


def _state(found: Reservation, language: str) -> ReservationState:
    return ReservationState(
        kind=found.kind,
        name=NAMES[found.kind][language],
        reserved=found.reserved,
        version=found.version,
        changed_at=found.changed_at,
    )
