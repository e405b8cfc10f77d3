"""Settings over HTTP."""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Request, Response, Security

from notification_service.preferences import queries, service
from notification_service.preferences.errors import (
    CodeExpired,
    CodeWrong,
    ContactPointMissing,
    NothingToConfirm,
    TooManyCodes,
)
from notification_service.preferences.schemas import (
    ContactPointCode,
    NotificationSettings,
    NotificationSettingsChange,
    require_carried,
)
from shared.app import Now
from shared.auth import CITIZEN_REFUSALS, REPRESENTATION_REFUSALS, Citizen, acting
from shared.db import CurrentDatabase, Reader, Session
from shared.errors import (
    InvalidInput,
    MalformedRequest,
    PreconditionFailed,
    PreconditionRequired,
    Unavailable,
    problems,
)
from shared.events.notification import Channel
from shared.http import LONGEST_HEADER, BodyTooLarge, IfMatch, IfNoneMatch, UnsupportedMediaType, etag_matches
from shared.language import best_language

OWN: Final = (*CITIZEN_REFUSALS, *REPRESENTATION_REFUSALS, Unavailable)
SENT_IN: Final = (MalformedRequest, BodyTooLarge, UnsupportedMediaType, InvalidInput)
TAGGED: Final[dict[int | str, dict[str, Any]]] = {
    200: {"headers": {"ETag": {"description": "The entity tag of this answer", "schema": {"type": "string"}}}}
}
READ: Final = TAGGED | {304: {"description": "As the entity tag in If-None-Match says"}}
_CHANGE_REFUSALS: Final = (ContactPointMissing, TooManyCodes, PreconditionRequired, PreconditionFailed)

router = APIRouter(prefix="/v1/me", tags=["Settings"])


# How somebody is reached, and what was sent to them, is their own: parents see to it until the child is 12, and holders
# of a power of attorney for those who cannot decide themselves. consent-api is asked on every request (S5).
_reading = acting("administration", "read", personal=True, young_persons_own=True)
_changing = acting("administration", "change", personal=True, young_persons_own=True)


async def _whose(caller: Annotated[Citizen, Security(_reading)]) -> str:
    return caller.acting_for


@dataclass(frozen=True, slots=True)
class Choosing:
    """Whose settings are changed, by citizen reference; codes are counted on whoever asks, whomever they act for."""

    citizen: str
    allowance: service.Allowance


async def _choosing(caller: Annotated[Citizen, Security(_changing)], request: Request) -> Choosing:
    state = request.app.state

    def count(channel: Channel, contact: str) -> None:
        state.quotas.citizens_code(caller.reference, state.digests.of(channel, contact))

    return Choosing(caller.acting_for, count)


async def _language(
    caller: Annotated[Citizen, Security(_reading)],
    reader: Reader,
    accept_language: Annotated[
        str | None,
        Header(
            alias="Accept-Language",
            max_length=LONGEST_HEADER,
            description="nb, nn or en; without any of them it is the language of one's own notifications",
        ),
    ] = None,
) -> str:
    """Of whoever reads, also when they act for somebody else."""
    asked = best_language(accept_language, default="")
    return asked or (await queries.find_settings(reader, caller.reference)).language


async def _code_secret(request: Request) -> bytes:
    secret: bytes = request.app.state.settings.code_secret
    return secret


# whose settings and notifications it is about, by citizen reference
Whose = Annotated[str, Depends(_whose)]
ReadersLanguage = Annotated[str, Depends(_language)]
Chooser = Annotated[Choosing, Depends(_choosing)]
CodeSecret = Annotated[bytes, Depends(_code_secret)]


@router.get("/notification-settings", response_model=NotificationSettings, responses=READ | problems(*OWN))
async def get_notification_settings(me: Whose, reader: Reader, known: IfNoneMatch = None) -> Response:
    """How I want to be notified"""
    found = await queries.find_settings(reader, me)
    if known is not None and etag_matches(known, found.etag):
        return Response(status_code=304, headers={"ETag": found.etag})
    pending = await queries.find_confirmations(reader, me)
    return _answer(NotificationSettings.of(found, pending), found.etag)


@router.put(
    "/notification-settings",
    response_model=NotificationSettings,
    responses=TAGGED | problems(*OWN, *SENT_IN, *_CHANGE_REFUSALS),
)
async def set_notification_settings(
    me: Chooser,
    change: NotificationSettingsChange,
    request: Request,
    session: Session,
    now: Now,
    seen: IfMatch = None,
) -> Response:
    """Set how I want to be notified

    Counts from now on, also for notifications that are not sent yet. A new phone number or e-mail address is sent a
    code, and is used once the code has been entered. Of several changes of the same version at once, one succeeds and
    the others get `precondition-failed`.
    """
    if seen is None:
        raise PreconditionRequired()
    require_carried(change.email, request.app.state.settings.smtp_utf8)
    changed = await service.change_settings(session, me.citizen, change.settings(), seen, me.allowance, now)
    pending = await queries.find_confirmations(session, me.citizen)
    return _answer(NotificationSettings.of(changed, pending), changed.etag)


@router.post(
    "/contact-points/{channel}/confirmation",
    response_model=NotificationSettings,
    responses=TAGGED | problems(*OWN, *SENT_IN, NothingToConfirm, CodeExpired, CodeWrong),
)
async def confirm_contact_point(
    me: Chooser,
    channel: Channel,
    sent_in: ContactPointCode,
    database: CurrentDatabase,
    secret: CodeSecret,
    now: Now,
) -> Response:
    """Enter the code that was sent to my new phone number or e-mail address

    A code can be tried five times and lasts for 15 minutes.
    """
    await service.confirm_contact_point(database, secret, me.citizen, channel, sent_in.code, now)
    async with database.reader() as reader:
        found = await queries.find_settings(reader, me.citizen)
        pending = await queries.find_confirmations(reader, me.citizen)
    return _answer(NotificationSettings.of(found, pending), found.etag)


@router.post(
    "/contact-points/{channel}/code",
    status_code=202,
    response_class=Response,
    responses=problems(*OWN, InvalidInput, NothingToConfirm, TooManyCodes),
)
async def send_contact_point_code(me: Chooser, channel: Channel, session: Session, now: Now) -> Response:
    """Have a new code sent

    The one before is no longer valid. At most five an hour, and ten a day for each who asks and for each address.
    """
    await service.send_code_again(session, me.citizen, channel, me.allowance, now)
    return Response(status_code=202)


def _answer(body: NotificationSettings, etag: str) -> Response:
    content = body.model_dump_json(by_alias=True)
    return Response(content, media_type="application/json", headers={"ETag": etag})
