"""Waking a process that waits for rows: NOTIFY after the commit, coalesced, with polling as the net under it.

NOTIFY inside the writing transactions would make their commits queue up behind each other (measured: half the rate at
16 writers). So a process sends one NOTIFY for whatever it committed in the last few milliseconds. If it dies in
between, the listener's next poll finds the rows.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg
import structlog

from shared.connections import HEARTBEAT

if TYPE_CHECKING:
    from shared.db import Database

_PAUSE = 0.005
_NOTIFY = "SELECT pg_notify(channel, about) FROM unnest($1::text[], $2::text[]) AS waiting (channel, about)"

_logger = structlog.get_logger(__name__)


class Wakeups:
    """Sends NOTIFY for what was asked for, at most once each few milliseconds: a channel, and what it is about."""

    def __init__(self, database: "Database") -> None:
        self._database = database
        self._waiting: set[tuple[str, str]] = set()
        self._sender: asyncio.Task[None] | None = None

    def send(self, channel: str, about: str = "") -> None:
        self._waiting.add((channel, about))
        if self._sender is None or self._sender.done():
            self._sender = asyncio.create_task(self._send_all())

    async def _send_all(self) -> None:
        while self._waiting:
            waiting, self._waiting = self._waiting, set()
            try:
                async with self._database.driver() as connection:
                    await connection.execute(_NOTIFY, *(list(column) for column in zip(*waiting, strict=True)))
            except Exception as error:  # a lost wake-up costs a second: the listener polls
                _logger.warning("wakeup_lost", exc_info=error)
            await asyncio.sleep(_PAUSE)

    async def close(self) -> None:
        if self._sender:
            self._sender.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._sender


class Listener:
    """Waits on a channel. `connection` is outside the pool; what is held on it lives as long as the listener."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection
        self._woken = asyncio.Event()

    def _wake(self, *_: object) -> None:
        self._woken.set()

    async def wait(self, seconds: float) -> None:
        """Returns when woken, or after so many seconds. Raises as `heartbeat` does when nobody has woken it."""
        try:
            await asyncio.wait_for(self._woken.wait(), seconds)
        except TimeoutError:
            await heartbeat(self.connection)
        self._woken.clear()


async def heartbeat(connection: asyncpg.Connection) -> None:
    """Asks whether the other end is there: nothing else tells that a connection hangs on which one only waits.

    Raises TimeoutError, or what the driver has to say.
    """
    await connection.execute("SELECT 1", timeout=HEARTBEAT)


@asynccontextmanager
async def listening(database: "Database", channel: str) -> AsyncIterator[Listener]:
    connection = await database.listen()
    listener = Listener(connection)
    try:
        await connection.add_listener(channel, listener._wake)
        # a closed connection must wake the waiter as well, or it would sleep through the outage
        connection.add_termination_listener(listener._wake)
        yield listener
    finally:
        connection.terminate()
