"""What a stream of the feed sends: server-sent events (WHATWG HTML, 9.2), from a number on."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from asyncpg import Record
from pydantic_core import to_json

from helsetilbud_api.citizen.models import FULL
from helsetilbud_api.citizen.rendering import render_feed_event
from helsetilbud_api.citizen.streaming import queries
from helsetilbud_api.citizen.streaming.streams import Stream, Streams
from shared.db import Database

AT_ONCE: Final = 100
HEARTBEAT: Final = b": nothing new\n\n"


@dataclass(frozen=True, slots=True)
class Follower:
    """`seconds` is how long at most, `heartbeat` after how many without anything new there is a sign of life.

    `may_go_on` asks whether who follows still has the right to; None of grown-ups who follow what is their own.
    """

    citizen: str
    language: str
    narrowed: bool
    after: int | None
    gap: bool
    seconds: float
    heartbeat: float
    actor: str | None = None
    may_go_on: Callable[[], Awaitable[bool]] | None = None


async def follow(database: Database, streams: Streams, stream: Stream, follower: Follower) -> AsyncIterator[bytes]:
    """Ends when the streams do, when the citizen's tools are hidden (S6), when the right to follow ends (S5), and after
    the follower's time: the next request has a fresh token, and goes on.
    """
    until = time.monotonic() + follower.seconds
    position, gap = await _start(database, follower)
    # an event of its own: of a block without data clients forget the id, or hand it out as an empty message
    yield b"retry: 3000\nid: %d\nevent: feed-start\ndata: %b\n\n" % (position, to_json({"gap": gap}))
    while not streams.ended and (left := until - time.monotonic()) > 0:
        stream.begin_reading()
        if follower.may_go_on and not await follower.may_go_on():
            return
        rows = await _read(database, follower, position)
        for row in rows:
            position = row["arrival"]
            yield _event(row, follower.language)
        if not rows and await level_of(database, follower.citizen) != FULL:
            return
        if len(rows) < AT_ONCE and not await stream.wait(min(follower.heartbeat, left)):
            yield HEARTBEAT


async def level_of(database: Database, citizen: str) -> str | None:
    async with database.driver() as connection:
        return await queries.level_of(connection, citizen)


async def _start(database: Database, follower: Follower) -> tuple[int, bool]:
    """Where the stream starts, and whether there is a gap before it. A number that was never given is another
    database's: the stream starts from now on.
    """
    async with database.driver() as connection:
        last = await queries.last_arrival(connection, follower.citizen)
    if follower.after is None or follower.after > last:
        return last, follower.gap or follower.after is not None
    return follower.after, False


async def _read(database: Database, follower: Follower, after: int) -> list[Record]:
    async with database.driver() as connection:
        asked = follower.citizen, follower.language, after, AT_ONCE
        return await queries.list_arrived(connection, *asked, narrowed=follower.narrowed)


def _event(row: Record, language: str) -> bytes:
    said = to_json(render_feed_event(row, language))
    return b"id: %d\nevent: feed-event\ndata: %b\n\n" % (row["arrival"], said)
