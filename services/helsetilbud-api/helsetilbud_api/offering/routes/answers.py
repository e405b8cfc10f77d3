"""What the routes of the offering have in common: entity tags, who changed what, and creating once."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import Path, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from helsetilbud_api.access_log.models import Action, LookUp
from helsetilbud_api.offering.access import OFFICE_REFUSALS, Editor
from helsetilbud_api.offering.errors import (
    ChangedMeanwhile,
    SubstituteNotAllowed,
    TextHoldsNationalId,
    TextHoldsUnsafeLink,
    TextNotPlain,
    TextTooLong,
)
from helsetilbud_api.offering.office_settings import C
from helsetilbud_api.offering.queries import Kept
from helsetilbud_api.offering.schemas import ChangedBy, Person
from helsetilbud_api.roles import Role
from shared import http, idempotency
from shared.errors import (
    DomainError,
    InvalidInput,
    MalformedRequest,
    PreconditionRequired,
    problems,
)
from shared.http import BodyTooLarge, UnsupportedMediaType
from shared.idempotency import Answer, IdempotencyInProgress, IdempotencyKeyReused
from shared.nationalid import NationalId, NationalIdCheckDigits, NationalIdMalformed
from shared.paging import decode_cursor, encode_cursor
from shared.schemas import Schema

Hpr = Annotated[
    str,
    Path(
        alias="hpr", pattern=r"^[0-9]{1,9}$", max_length=9, description="HPR number of the GP", examples=["990000101"]
    ),
]

TEXT_REFUSALS: Final = (TextTooLong, TextNotPlain, TextHoldsNationalId, TextHoldsUnsafeLink)
NUMBER_REFUSALS: Final = (NationalIdMalformed, NationalIdCheckDigits)

Responses = dict[int | str, dict[str, Any]]

_ETAG: Final = {"ETag": {"description": "The version of what is answered", "schema": {"type": "string"}}}
_TAGGED: Final[Responses] = {200: {"headers": _ETAG}}
_UNCHANGED: Final[Responses] = {304: {"description": "As the ETag in If-None-Match says"}}
_SENT_IN: Final = (MalformedRequest, BodyTooLarge, UnsupportedMediaType, InvalidInput)


def reading(*errors: type[DomainError]) -> Responses:
    return _TAGGED | _UNCHANGED | problems(*OFFICE_REFUSALS, *errors)


def changing(*errors: type[DomainError]) -> Responses:
    """The second of two who change the same is told by whom and when it was changed first (H6)."""
    return _TAGGED | problems(
        *OFFICE_REFUSALS, *_SENT_IN, SubstituteNotAllowed, PreconditionRequired, ChangedMeanwhile, *errors
    )


def ending(*errors: type[DomainError]) -> Responses:
    return problems(*OFFICE_REFUSALS, SubstituteNotAllowed, PreconditionRequired, ChangedMeanwhile, *errors)


def creating(*errors: type[DomainError]) -> Responses:
    location = {"Location": {"description": "Where it is", "schema": {"type": "string"}}}
    made: Responses = {201: {"headers": _ETAG | location}}
    refusals = (*OFFICE_REFUSALS, *_SENT_IN, SubstituteNotAllowed, IdempotencyKeyReused, IdempotencyInProgress)
    return made | problems(*refusals, *errors)


def searching(*errors: type[DomainError]) -> Responses:
    return problems(*OFFICE_REFUSALS, *_SENT_IN, SubstituteNotAllowed, *errors)


def changed(kept: Kept[C]) -> dict[str, Any]:
    """The members of `Changed`."""
    by = changed_by(kept.changed_by_name, kept.changed_by_role, kept.changed_by_hpr_number)
    return {"version": kept.version, "changed_at": kept.changed_at, "changed_by": by}


def changed_by(name: str | None, role: Role | None, hpr_number: str | None) -> ChangedBy | None:
    return ChangedBy(name=name, role=role, hpr_number=hpr_number) if role else None


def tagged(document: Schema, etag: str | None = None, known: str | None = None) -> Response:
    """The document with its version, else a digest of it, as its entity tag; 304 when the caller has it."""
    return http.tagged(document.model_dump_json(by_alias=True).encode(), known, etag=etag)


async def create_once(
    session: AsyncSession,
    request: Request,
    key: str | None,
    create: Callable[[], Awaitable[tuple[str, str, Schema]]],
) -> Response:
    """`create` makes the thing, and answers with its id, its entity tag and itself. Repeated, it has one effect."""
    repeat = await idempotency.repeatable(request, key)
    if answered := await idempotency.claim(session, repeat):
        return answered.response(replayed=True)
    made, etag, document = await create()
    headers = {"Location": f"{request.url.path}/{made}", "ETag": etag}
    answer = Answer(201, headers, document.model_dump(mode="json", by_alias=True))
    await idempotency.keep(session, repeat, answer)
    return answer.response()


def look_up(request: Request, editor: Editor, person: Person, action: Action, now: datetime) -> LookUp:
    """Somebody whom the office names by number. Raises NationalIdMalformed, NationalIdCheckDigits or RateLimitExceeded.

    Whoever uses the reference writes the look-up in the access log (P13).
    """
    state, caller = request.app.state, editor.caller
    number = NationalId.parse(person.national_id, allow_synthetic=state.settings.allow_synthetic)
    reference: str = state.references.of(number)
    state.limits.look_up(caller.client_id, caller.reference, reference)
    return LookUp(
        citizen=reference,
        at=now,
        action=action,
        her_id=editor.office.her_id,
        office_name=editor.office.name,
        name=editor.name,
        role=editor.role,
        hpr_number=caller.hpr_number,
        client_id=caller.client_id,
    )


def name_after(cursor: str | None) -> str:
    """The name of the setting that the page comes after. Raises CursorInvalid."""
    position = decode_cursor(cursor, str)
    return str(position[0]) if position else ""


def next_cursor(found: Sequence[Kept[C]], limit: int) -> str | None:
    """`found` holds one more than the page when there are more."""
    return encode_cursor(found[limit - 1].name) if len(found) > limit else None
