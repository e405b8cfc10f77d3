"""HTTP only: the live feed."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, FastAPI, Header, Request
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from helsetilbud_api.citizen.errors import ConsentUnknown, ToolsHidden
from helsetilbud_api.citizen.models import check_shown, leaves_out_own
from helsetilbud_api.citizen.routes import OWN, Me
from helsetilbud_api.citizen.streaming.ending import told_of_the_end
from helsetilbud_api.citizen.streaming.reading import Follower, follow, level_of
from helsetilbud_api.citizen.streaming.streams import Streams, TooManyStreams
from helsetilbud_api.clients.errors import ConsentServiceUnavailable
from helsetilbud_api.clients.permissions import PermissionClient, Permissions
from shared.app import Now
from shared.auth import Citizen
from shared.db import CurrentDatabase, Database
from shared.errors import problems
from shared.http import LONGEST_HEADER
from shared.language import best_language

# who acts for somebody is verified by number again before long, which the register is asked about (S5)
ACTING_SECONDS: Final = 60.0
_EXAMPLE: Final = (
    'retry: 3000\nid: 41\nevent: feed-start\ndata: {"gap":false}\n\n'
    'id: 42\nevent: feed-event\ndata: {"kind":"tool-prescribed","title":"Du har fått et nytt verktøy"}\n\n'
)
_STREAMED: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": (
            "Server-sent events. First `feed-start`, whose data says with `gap` whether entries may have come since"
            " `Last-Event-ID` that are not sent: read the list. Then `feed-event`s; the data of each is as in the list"
        ),
        "content": {"text/event-stream": {"schema": {"type": "string"}, "examples": {"entry": {"value": _EXAMPLE}}}},
        "headers": {
            "Content-Language": {"description": "Of the texts", "schema": {"type": "string"}},
            "X-Accel-Buffering": {"description": "`no`: proxies pass on what comes", "schema": {"type": "string"}},
        },
    }
}

_UNBUFFERED: Final = {"X-Accel-Buffering": "no"}

router = APIRouter(prefix="/v1/me")


class EventStream(StreamingResponse):
    media_type = "text/event-stream"


class _Followed(EventStream):
    """Room is taken before the answer begins: of many who ask at once, those without it get a problem."""

    def __init__(self, database: Database, streams: Streams, follower: Follower) -> None:
        self._database, self._streams, self._follower = database, streams, follower
        super().__init__(self._followed(), headers=_UNBUFFERED | {"Content-Language": follower.language})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._streams.open(self._follower.citizen, self._follower.actor) as self._stream:
            await super().__call__(scope, receive, send)

    async def _followed(self) -> AsyncIterator[bytes]:
        async for said in follow(self._database, self._streams, self._stream, self._follower):
            yield said


@router.get(
    "/feed/stream",
    tags=["Feed"],
    summary="Follow what happens to me",
    response_class=EventStream,
    responses=_STREAMED | problems(*OWN, ToolsHidden, ConsentUnknown, TooManyStreams),
)
async def follow_feed(
    me: Me,
    database: CurrentDatabase,
    request: Request,
    permissions: Permissions,
    now: Now,
    last_event_id: Annotated[
        str | None,
        Header(
            alias="Last-Event-ID",
            max_length=LONGEST_HEADER,
            description="`id` of the last event that was received. One that was not given here is a gap",
        ),
    ] = None,
) -> StreamingResponse:
    """Entries as they come, each with an `id`. With it as `Last-Event-ID` the stream goes on where it was cut off, in
    whichever replica; without, from now on, so open it before the list is read. It begins with `feed-start`. A
    comment every 15 seconds is a sign of life. The stream ends after some minutes, with its token, when consent is
    no longer full, and with the right to act for the citizen: open it again with a fresh token.
    """
    settings, language = request.app.state.settings, best_language(request.headers.get("accept-language"))
    longest = settings.stream_seconds if me.represents is None else min(settings.stream_seconds, ACTING_SECONDS)
    check_shown(await level_of(database, me.acting_for))
    after = _position(last_event_id)
    follower = Follower(
        citizen=me.acting_for,
        language=language,
        narrowed=leaves_out_own(me),
        after=after,
        gap=last_event_id is not None and after is None,
        seconds=min(longest, _end(me) - now.timestamp()),
        heartbeat=settings.stream_heartbeat,
        actor=me.represents and me.reference,
        may_go_on=partial(_may_go_on, permissions, me) if me.represents or me.narrowed else None,
    )
    streams: Streams = request.app.state.streams
    return _Followed(database, streams, follower)


def _position(last_event_id: str | None) -> int | None:
    """None for what is no position: refusing it would end an EventSource for good, which sends it again each time."""
    if last_event_id is None or not re.fullmatch(r"[0-9]{1,19}", last_event_id):
        return None
    return min(int(last_event_id), 2**63 - 1)


def _end(me: Citizen) -> float:
    """When the token or the right to act ends by itself, in seconds since 1970."""
    return me.expires_at if me.permitted_until is None else min(me.expires_at, me.permitted_until)


async def _may_go_on(permissions: PermissionClient, me: Citizen) -> bool:
    """Unknown is not yes."""
    try:
        return not await permissions.reasons_against(me.acting_for, me.represents and me.reference, me.relation)
    except ConsentServiceUnavailable:
        return False


@asynccontextmanager
async def streaming_feeds(app: FastAPI) -> AsyncIterator[None]:
    """For the app's lifespan."""
    streams = app.state.streams = Streams(app.state.database, app.state.settings.streams)
    with told_of_the_end(streams.end):
        async with streams.listening():
            yield
