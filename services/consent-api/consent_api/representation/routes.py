"""HTTP of representation: powers of attorney, a young person's own access, and verifying for our own services."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response

from consent_api.access import OwnService
from consent_api.answers import ACTING, READ, SENT_IN, not_modified, tagged
from consent_api.errors import (
    GivingNotPossible,
    HolderTooYoung,
    OwnAccessNotApplicable,
    PeriodInvalid,
    PersonRegisterUnavailable,
    RepresentationExists,
    RepresentativeNotEligible,
)
from consent_api.representation import queries, service
from consent_api.representation.acting import OwnAffairs, Parenting, Reading
from consent_api.representation.attempts import Attempt
from consent_api.representation.models import Decision, Power, Use
from consent_api.representation.own_access import OwnAccess, set_own_access
from consent_api.representation.schemas import (
    HolderNamed,
    OwnAccessChoice,
    OwnAccessState,
    PowerWanted,
    Representation,
    RepresentationAnswer,
    RepresentationQuestion,
)
from consent_api.representation.verifying import Verifier
from shared import idempotency
from shared.app import Now, References
from shared.auth import CITIZEN_REFUSALS, MACHINE_REFUSALS, RepresentationNotAllowed, TooYoung
from shared.db import CurrentDatabase, Database, Reader, Session
from shared.errors import InvalidInput, NotFound, PreconditionFailed, PreconditionRequired, Unavailable, problems
from shared.exact import Id
from shared.http import IfMatch, IfNoneMatch, etag_matches
from shared.idempotency import Answer, IdempotencyInProgress, IdempotencyKey, IdempotencyKeyReused, Repeatable
from shared.nationalid import NationalId, NationalIdCheckDigits, NationalIdMalformed
from shared.norway import day_in_norway
from shared.paging import Cursor, CursorInvalid, Limit, Page, decode_moment_cursor, encode_cursor

_OWN: Final = (*CITIZEN_REFUSALS, RepresentationNotAllowed, TooYoung, Unavailable)
_NUMBER: Final = (NationalIdMalformed, NationalIdCheckDigits)

_THEMSELVES: Final = {
    "pointer": "/body/represented/nationalId",
    "code": "same-person",
    "detail": {
        "nb": "Ingen kan representere seg selv.",
        "nn": "Ingen kan representere seg sjølv.",
        "en": "Nobody represents themselves.",
    },
}

_NAMELESS: Final = {
    "pointer": "/body/holder/name",
    "code": "missing",
    "detail": {
        "nb": "Oppgi navnet til den som skal ha fullmakt.",
        "nn": "Oppgi namnet til den som skal ha fullmakt.",
        "en": "State the name of whoever is to hold the power of attorney.",
    },
}

router = APIRouter(prefix="/v1", tags=["Representation"])


@router.get(
    "/me/representations",
    response_model=Page[Representation],
    responses=READ | problems(*_OWN, CursorInvalid, InvalidInput),
)
async def list_representations(
    me: OwnAffairs, reader: Reader, now: Now, limit: Limit = 50, cursor: Cursor = None, known: IfNoneMatch = None
) -> Response:
    """Powers of attorney that I have given and received

    The latest first, also those that are over. That one is somebody's parent is known from the person register and is
    not listed.
    """
    found = await queries.list_powers(reader, me.citizen, decode_moment_cursor(cursor), limit + 1)
    items = [_shown(row, day_in_norway(now)) for row in found[:limit]]
    last = items[-1] if len(found) > limit else None
    after = encode_cursor(last.given_at.isoformat(), str(last.id)) if last else None
    return tagged(Page[Representation](items=items, next_cursor=after), known)


@router.post(
    "/me/representations",
    status_code=201,
    response_model=Representation,
    responses=problems(
        *_OWN,
        *SENT_IN,
        *_NUMBER,
        HolderTooYoung,
        RepresentativeNotEligible,
        GivingNotPossible,
        PeriodInvalid,
        RepresentationExists,
        PersonRegisterUnavailable,
        IdempotencyInProgress,
        IdempotencyKeyReused,
    ),
)
async def give_representation(
    me: OwnAffairs,
    wanted: PowerWanted,
    request: Request,
    database: CurrentDatabase,
    references: References,
    session: Session,
    now: Now,
    key: IdempotencyKey = None,
) -> Response:
    """Give somebody power of attorney

    From 16 one may give it, from 18 hold it; nobody with a confidential address does either. The holder acts in the
    areas that it covers, until the last day or until one of the two takes it back.

    The holder's name must be the register's: who has another name, or cannot be given it, is answered about alike. Ten
    attempts a day, each in the access log of whoever was named.
    """
    repeat = await idempotency.repeatable(request, key)
    if repeat and (answer := await _answered(database, repeat)):
        return answer.response(replayed=True)
    numbers = await request.app.state.auth.persons(request)
    holder = _parsed(wanted.holder.national_id, request, now)
    name = _stated(wanted.holder)
    request.app.state.limits.name_somebody(me.citizen, references.of(holder))
    attempt = Attempt(me.citizen, references.of(holder), now)
    async with attempt.logged(database, session):
        agreed = await service.agree(database, references, request.app.state.persons, numbers.actor, holder, name, now)
        if answer := await idempotency.claim(session, repeat):
            return answer.response(replayed=True)
        days = (wanted.valid_from or day_in_norway(now), wanted.valid_to)
        row = await service.give(session, agreed, wanted.areas, days, now)
    given = _shown(row, day_in_norway(now))
    answer = Answer(
        201,
        {"Location": f"/v1/me/representations/{given.id}"},
        given.model_dump(mode="json", by_alias=True),
    )
    await idempotency.keep(session, repeat, answer)
    return answer.response()


@router.delete(
    "/me/representations/{representationId}",
    status_code=204,
    responses=problems(*_OWN, NotFound, InvalidInput),
)
async def revoke_representation(
    me: OwnAffairs, representation_id: Annotated[Id, Path(alias="representationId")], session: Session, now: Now
) -> None:
    """Take back a power of attorney that I have given, or give up one that I hold

    Takes effect at once. Doing it again changes nothing.
    """
    await service.revoke(session, me.citizen, representation_id, now)


@router.get("/me/own-access", response_model=OwnAccessState, responses=READ | problems(*ACTING))
async def get_own_access(me: Reading, session: Session, response: Response, known: IfNoneMatch = None) -> Any:
    """Whether a young person has an access of their own"""
    found = await queries.own_access_here(session, me.citizen)
    if known and etag_matches(known, found.etag):
        return not_modified(found.etag)
    response.headers["ETag"] = found.etag
    return _own_access(found)


@router.put(
    "/me/own-access",
    responses=problems(*ACTING, *SENT_IN, OwnAccessNotApplicable, PreconditionRequired, PreconditionFailed),
)
async def change_own_access(
    me: Parenting, choice: OwnAccessChoice, session: Session, now: Now, response: Response, seen: IfMatch = None
) -> OwnAccessState:
    """Give a young person an access of their own, or take it back

    By a parent, from the child's 12th to the 16th birthday. It takes effect at once.
    """
    if seen is None:
        raise PreconditionRequired()
    current = await queries.own_access_here(session, me.citizen)
    changed = await set_own_access(session, me, current, choice.granted, seen, now)
    response.headers["ETag"] = changed.etag
    return _own_access(changed)


@router.post(
    "/representations/verify",
    response_model=RepresentationAnswer,
    responses=problems(*MACHINE_REFUSALS, *SENT_IN, *_NUMBER, PersonRegisterUnavailable, Unavailable),
)
async def verify_representation(
    caller: OwnService, question: RepresentationQuestion, request: Request, now: Now
) -> RepresentationAnswer:
    """May this person act for that one, here and now?

    For services of the platform, on every use: a token lives for minutes, and what it says of representation may have
    ended. The numbers are those of the citizen's token, and are not kept. Every question is in the access log of both
    people, whatever the answer. A confidential address is answered as `no-relation`.
    """
    request.app.state.limits.look_ups(caller.client_id, caller.organisation, 2 if question.represented else 1)
    verifier: Verifier = request.app.state.verifier
    actor = _parsed(question.actor.national_id, request, now)
    if question.represented is None or question.relation is None:
        return _answer(await verifier.verify_alone(actor, now))
    use = Use(
        relation=question.relation,
        area=question.area,
        act=question.act,
        personal=question.personal,
        young_persons_own=question.young_persons_own,
        client_id=caller.client_id,
        organisation=caller.organisation,
    )
    represented = _parsed(question.represented.national_id, request, now)
    if represented == actor:
        raise InvalidInput(errors=[_THEMSELVES])
    return _answer(await verifier.verify(actor, represented, use, now))


async def _answered(database: Database, repeat: Repeatable) -> Answer | None:
    """Before the register is asked: a repeated request does not depend on it."""
    async with database.driver() as connection:
        return await idempotency.find(connection, repeat)


def _stated(holder: HolderNamed) -> str:
    """Raises InvalidInput without a name, before anybody is asked."""
    if not holder.name or not holder.name.strip():
        raise InvalidInput(errors=[_NAMELESS])
    return holder.name


def _parsed(number: str, request: Request, now: datetime) -> NationalId:
    """Raises NationalIdMalformed or NationalIdCheckDigits."""
    allow_synthetic = request.app.state.settings.allow_synthetic
    return NationalId.parse(number, allow_synthetic=allow_synthetic, on=day_in_norway(now))


def _answer(decision: Decision) -> RepresentationAnswer:
    return RepresentationAnswer(
        allowed=decision.allowed,
        reason=decision.reason,
        narrowed=decision.narrowed,
        valid_until=decision.valid_until,
    )


def _own_access(found: OwnAccess) -> OwnAccessState:
    return OwnAccessState(granted=found.granted, version=found.version, changed_at=found.changed_at)


def _shown(row: Mapping[str, Any], today: date) -> Representation:
    revoked_at: datetime | None = row["revoked_at"]
    power = Power(row["areas"], row["valid_from"], row["valid_to"], revoked_at is not None, row["assigned"])
    return Representation(
        id=row["id"],
        direction="given" if row["given"] else "received",
        name=row["holder_name"] if row["given"] else row["giver_name"],
        areas=row["areas"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        state=power.state(today),
        assigned=row["assigned"],
        given_at=row["given_at"],
        revoked_at=revoked_at,
    )
