"""What was sent to a citizen, over HTTP: for the citizen, and for those who are asked why something came or did not."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, TypeVar

from fastapi import APIRouter, Header, Path, Request, Response, Security
from sqlalchemy import RowMapping

from notification_service.access_log.service import record_look_up
from notification_service.notifying import queries
from notification_service.notifying.schemas import (
    Notification,
    NotificationPage,
    NotificationQuestion,
    NotificationTrail,
    NotificationTrailPage,
)
from notification_service.preferences.routes import OWN, READ, SENT_IN, ReadersLanguage, Whose
from shared.app import Now, References
from shared.auth import STAFF_REFUSALS, Staff, staff
from shared.db import Reader, Session
from shared.errors import InvalidInput, NotFound, Unavailable, problems
from shared.exact import Id
from shared.http import IfNoneMatch, tagged
from shared.language import best_language
from shared.messaging.dead_letter_routes import OPERATE
from shared.nationalid import HELD, NationalId, NationalIdCheckDigits, NationalIdMalformed, holds_national_id
from shared.norway import day_in_norway
from shared.paging import DEFAULT_LIMIT, Cursor, CursorInvalid, Limit, decode_moment_cursor, encode_cursor
from shared.schemas import Schema

Operator = Annotated[Staff, Security(staff(OPERATE))]
AcceptLanguage = Annotated[str | None, Header(alias="Accept-Language", max_length=500, description="nb, nn or en")]
Shown = TypeVar("Shown", bound=Notification)

_ASKING: Final = (*STAFF_REFUSALS, *SENT_IN, CursorInvalid, NationalIdMalformed, NationalIdCheckDigits, Unavailable)

router = APIRouter(tags=["Notifications"])


@router.get(
    "/v1/me/notifications",
    response_model=NotificationPage,
    responses=READ | problems(*OWN, CursorInvalid, InvalidInput),
)
async def list_notifications(
    me: Whose,
    reader: Reader,
    language: ReadersLanguage,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    known: IfNoneMatch = None,
) -> Response:
    """What was sent to me, when, through what, and how it went

    What was not sent is here too, with the reason.
    """
    rows = await queries.list_notifications(reader, me, decode_moment_cursor(cursor), limit + 1)
    items, following = _page(Notification, rows, limit, language)
    return _shown(NotificationPage(items=items, next_cursor=following), known, language)


@router.get(
    "/v1/me/notifications/{notificationId}",
    response_model=NotificationTrail,
    responses=READ | problems(*OWN, NotFound, InvalidInput),
)
async def get_notification(
    me: Whose,
    notification_id: Annotated[Id, Path(alias="notificationId")],
    reader: Reader,
    language: ReadersLanguage,
    known: IfNoneMatch = None,
) -> Response:
    """Why I did, or did not, get this"""
    row = await queries.find_notification(reader, me, notification_id)
    if row is None:
        raise NotFound()
    return _shown(NotificationTrail.of(row, language), known, language)


@router.post("/v1/notifications/search", responses=problems(*_ASKING), tags=["Operations"])
async def search_notifications(
    operator: Operator,
    question: NotificationQuestion,
    request: Request,
    response: Response,
    references: References,
    session: Session,
    now: Now,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    accept_language: AcceptLanguage = None,
) -> NotificationTrailPage:
    """Why somebody did, or did not, get something

    For those who answer citizens. Each page is an entry in the access log that the citizen reads, with who asked and
    why; contact points are shortened here too.
    """
    if holds_national_id(question.reason):
        raise InvalidInput(errors=[_HOLDS_NUMBER])
    allowed = request.app.state.settings.allow_synthetic
    citizen = references.of(
        NationalId.parse(question.citizen.national_id, allow_synthetic=allowed, on=day_in_norway(now))
    )
    request.app.state.limits.look_up(operator.client_id, operator.subject, citizen)
    await record_look_up(session, operator, "notifications-searched", citizen, question.reason, now)
    language = best_language(accept_language)
    reader = await session.connection()
    rows = await queries.list_notifications(reader, citizen, decode_moment_cursor(cursor, about=citizen), limit + 1)
    items, following = _page(NotificationTrail, rows, limit, language, about=citizen)
    response.headers.update({"Content-Language": language, "Vary": "Accept-Language"})
    return NotificationTrailPage(items=items, next_cursor=following)


_HOLDS_NUMBER: Final[Mapping[str, Any]] = {
    "pointer": "/body/reason",
    "code": "holds-national-id",
    "detail": HELD,
}


def _page(
    shown: type[Shown], rows: Sequence[RowMapping], limit: int, language: str, *, about: str = ""
) -> tuple[list[Shown], str | None]:
    """`rows` holds one more than the page when there are more."""
    items = [shown.of(row, language) for row in rows[:limit]]
    last = items[-1] if len(rows) > limit else None
    if last is None:
        return items, None
    return items, encode_cursor(last.created_at.isoformat(), str(last.notification_id), about=about)


def _shown(body: Schema, known: str | None, language: str) -> Response:
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    return tagged(body.model_dump_json(by_alias=True).encode(), known, headers)
