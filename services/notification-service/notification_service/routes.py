"""HTTP only: takes caller and session, calls one use case, answers."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Response, Security
from sqlalchemy import RowMapping

from notification_service import queries, service
from notification_service.errors import ContactPointMissing, RepresentationNotAllowed
from notification_service.models import CitizenSettings
from notification_service.schemas import (
    ChannelChoices,
    Notification,
    NotificationPage,
    NotificationSettings,
    NotificationSettingsChange,
)
from shared.app import Now
from shared.auth import CITIZEN_REFUSALS, Citizen, citizen
from shared.db import Reader, Session
from shared.errors import (
    InvalidInput,
    MalformedRequest,
    PreconditionFailed,
    PreconditionRequired,
    Unavailable,
    problems,
)
from shared.http import BodyTooLarge, etag_matches
from shared.paging import DEFAULT_LIMIT, Cursor, CursorInvalid, Limit, decode_moment_cursor, encode_cursor
from shared.schemas import Schema

_OWN: Final = (*CITIZEN_REFUSALS, RepresentationNotAllowed, Unavailable)
_CHANGE_ERRORS: Final = (
    MalformedRequest,
    BodyTooLarge,
    InvalidInput,
    ContactPointMissing,
    PreconditionRequired,
    PreconditionFailed,
)
_TAGGED: Final[dict[int | str, dict[str, Any]]] = {
    200: {"headers": {"ETag": {"description": "The entity tag of this answer", "schema": {"type": "string"}}}}
}
_READ: Final = _TAGGED | {304: {"description": "As the entity tag in If-None-Match says"}}

IfMatch = Annotated[str | None, Header(alias="If-Match", description="The ETag that the change builds on")]
IfNoneMatch = Annotated[str | None, Header(alias="If-None-Match", description="The ETag that the caller has")]

router = APIRouter(prefix="/v1/me", tags=["Notifications"])


async def _oneself(caller: Annotated[Citizen, Security(citizen())]) -> str:
    """The citizen reference of who is logged in. Acting for somebody else waits for representation (S5)."""
    if caller.represents is not None:
        raise RepresentationNotAllowed()
    return caller.reference


Oneself = Annotated[str, Depends(_oneself)]


@router.get("/notification-settings", response_model=NotificationSettings, responses=_READ | problems(*_OWN))
async def get_notification_settings(me: Oneself, reader: Reader, known: IfNoneMatch = None) -> Response:
    """How I want to be notified"""
    found = await queries.find_settings(reader, me)
    return _answer(_settings(found), found.etag, known)


@router.put(
    "/notification-settings",
    response_model=NotificationSettings,
    responses=_TAGGED | problems(*_OWN, *_CHANGE_ERRORS),
)
async def set_notification_settings(
    me: Oneself, change: NotificationSettingsChange, session: Session, now: Now, seen: IfMatch = None
) -> Response:
    """Set how I want to be notified

    Counts from now on, also for notifications that are not sent yet. Of several changes of the same version at once,
    one succeeds and the others get `precondition-failed`.
    """
    if seen is None:
        raise PreconditionRequired()
    changed = await service.change_settings(session, me, change.settings(), seen, now)
    return _answer(_settings(changed), changed.etag, None)


@router.get(
    "/notifications",
    response_model=NotificationPage,
    responses=_READ | problems(*_OWN, CursorInvalid, InvalidInput),
)
async def list_notifications(
    me: Oneself, reader: Reader, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None, known: IfNoneMatch = None
) -> Response:
    """What was sent to me, when, through what, and how it went

    What was not sent is here too, with the reason.
    """
    rows = await queries.list_notifications(reader, me, decode_moment_cursor(cursor), limit + 1)
    page = _page(rows, limit)
    digest = blake2b(page.model_dump_json().encode(), digest_size=12).hexdigest()
    return _answer(page, f'"{digest}"', known)


def _answer(body: Schema, etag: str, known: str | None) -> Response:
    if known is not None and etag_matches(known, etag):
        return Response(status_code=304, headers={"ETag": etag})
    content = body.model_dump_json(by_alias=True)
    return Response(content, media_type="application/json", headers={"ETag": etag})


def _settings(found: CitizenSettings) -> NotificationSettings:
    return NotificationSettings(
        language=found.language,
        phone=found.phone,
        email=found.email,
        channels=ChannelChoices(tool=list(found.chosen("tool"))),
    )


def _page(rows: Sequence[RowMapping], limit: int) -> NotificationPage:
    """`rows` holds one more than the page when there are more."""
    items = [_notification(row) for row in rows[:limit]]
    last = items[-1] if len(rows) > limit else None
    cursor = encode_cursor(last.created_at.isoformat(), str(last.notification_id)) if last else None
    return NotificationPage(items=items, next_cursor=cursor)


def _notification(row: RowMapping) -> Notification:
    values: dict[str, Any] = {**row}
    to = values.pop("sent_to")
    return Notification(**values, to=to)
