"""What has happened: the feed, and what is new in it while the page is open."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Annotated, Any, Final
from uuid import UUID

import httpx
import structlog
from fastapi import APIRouter, Header, Query
from fastapi.responses import Response, StreamingResponse

from web.calling import Away, Refused
from web.citizen.refusals import Alert, alert_of, is_told
from web.citizen.texts import EVENTS, SHARED
from web.layout.visits import Guest, SignedInVisit, Visitor

STREAM: Final = "/strom"
NEWEST: Final = "/hendelser"
_PAGE: Final = 20
_LOOK_EVERY: Final = 10.0  # seconds, whether the session is still there
_UNBUFFERED: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

router = APIRouter()
_logger = structlog.get_logger(__name__)
Cursor = Annotated[str | None, Query(max_length=500)]


@router.get("/")
async def home(visit: Guest, mer: Cursor = None) -> Response:
    if not isinstance(visit, SignedInVisit):
        return visit.page("welcome.html", t=EVENTS.of(visit.language))
    return await _show(visit, "events.html", mer)


@router.get(NEWEST)
async def newest(visit: Visitor) -> Response:
    """The list alone, for the script that follows the stream."""
    return await _show(visit, "event_list.html", None)


async def _show(visit: SignedInVisit, template: str, cursor: str | None) -> Response:
    feed: dict[str, Any] = {"items": [], "hidden": None}
    alert: Alert | None = None
    try:
        feed = await visit.api("helsetilbud").get("/v1/me/feed", limit=_PAGE, cursor=cursor)
    except Refused as refused:
        if not is_told(refused):
            raise
        alert = alert_of(visit, refused.problem)
    values = {"t": EVENTS.of(visit.language), "s": SHARED.of(visit.language), "feed": feed, "alert": alert}
    return visit.page(template, status=alert.status if alert else 200, is_first=cursor is None, **values)


@router.get("/hendelser/{event_id}")
async def show(visit: Visitor, event_id: UUID) -> Response:
    event = await visit.api("helsetilbud").get(f"/v1/me/feed/{event_id}")
    return visit.page("event.html", t=EVENTS.of(visit.language), s=SHARED.of(visit.language), event=event)


@router.get(STREAM)
async def follow(visit: Visitor, last_event_id: Annotated[str | None, Header(max_length=100)] = None) -> Response:
    """The service's stream, passed on for as long as the session lasts. It keeps no session open."""
    stack = AsyncExitStack()
    headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last_event_id} if last_event_id else {})
    try:
        answer = await stack.enter_async_context(visit.api("helsetilbud").stream("/v1/me/feed/stream", headers))
    except Refused as refused:
        return Response(status_code=refused.problem.status)
    except Away:
        return Response(status_code=503, headers={"Retry-After": "5"})
    return StreamingResponse(_passed_on(visit, answer, stack), media_type="text/event-stream", headers=_UNBUFFERED)


async def _passed_on(visit: SignedInVisit, answer: httpx.Response, stack: AsyncExitStack) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    look_at = loop.time() + _LOOK_EVERY
    async with stack:
        try:
            async for part in answer.aiter_raw():
                if getattr(visit.request.app.state, "ending", False):
                    return
                if loop.time() > look_at:
                    if await visit.house.sessions.tokens(visit.session) is None:
                        return
                    look_at = loop.time() + _LOOK_EVERY
                yield part
        except httpx.HTTPError as error:  # the browser asks again from where it was cut off
            _logger.info("stream_cut_off", kind=type(error).__name__)
