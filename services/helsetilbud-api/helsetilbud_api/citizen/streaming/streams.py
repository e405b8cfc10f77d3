"""The streams that are open in this replica, and what wakes them: NOTIFY from whichever process wrote the entry (M4).

A stream holds a flag and the number it has come to, and no entries: what is new is read when its reader is ready for
it. So a slow reader costs no memory, and a stream that was cut off is gone on with in any replica.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import ClassVar, Final

import asyncpg
import structlog

from helsetilbud_api.citizen.writing import STREAM
from shared.connections import HEARTBEAT
from shared.db import Database
from shared.errors import Unavailable
from shared.language import Text
from shared.wakeups import heartbeat

# of one citizen in one replica
MOST_OF_ONE: Final = 10

_logger = structlog.get_logger(__name__)


class TooManyStreams(Unavailable):
    """In this replica, or of this citizen. The feed itself can still be read."""

    code = "too-many-streams"
    title: ClassVar[Text] = {
        "nb": "Det er for mange åpne forbindelser akkurat nå.",
        "nn": "Det er for mange opne samband akkurat no.",
        "en": "Too many streams are open right now.",
    }


class Stream:
    """One that is open. Woken when there may be something new, and when it is to end."""

    def __init__(self) -> None:
        self._woken = asyncio.Event()

    def wake(self) -> None:
        self._woken.set()

    def begin_reading(self) -> None:
        """What comes from now on wakes it again."""
        self._woken.clear()

    async def wait(self, seconds: float) -> bool:
        """Whether it was woken before so many seconds had passed."""
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return False
        return True


class Streams:
    def __init__(self, database: Database, most: int) -> None:
        self._database = database
        self._most = most
        self._open: dict[str, set[Stream]] = {}
        self._acting: dict[str, set[Stream]] = {}
        self._count = 0
        self.ended = False

    def require_room(self, citizen: str) -> None:
        """Raises TooManyStreams."""
        if self.ended or self._count >= self._most or len(self._open.get(citizen, ())) >= MOST_OF_ONE:
            raise TooManyStreams(retry_after=30)

    @contextmanager
    def open(self, citizen: str, actor: str | None = None) -> Iterator[Stream]:
        """What is told of whoever acts for the citizen wakes it too. Raises TooManyStreams."""
        self.require_room(citizen)
        stream = Stream()
        self._count += 1
        try:
            with _among(self._open, citizen, stream), _among(self._acting, actor, stream):
                yield stream
        finally:
            self._count -= 1

    def end(self) -> None:
        """All of them, when this replica is about to stop: a server waits for the answers that are under way."""
        self.ended = True
        self._wake_all()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """For the length of the app."""
        task = asyncio.create_task(self._listen())
        try:
            yield
        finally:
            self.end()
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_once()
            except Exception as error:  # meanwhile streams look for themselves at each heartbeat
                _logger.warning("streams_not_woken", exc_info=error)
            await asyncio.sleep(1)

    async def _listen_once(self) -> None:
        connection, lost = await self._database.listen(), asyncio.Event()
        try:
            connection.add_termination_listener(lambda _: lost.set())
            await connection.add_listener(STREAM, self._notified)
            self._wake_all()  # for what was written while nobody listened
            while not lost.is_set():
                await heartbeat(connection)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(lost.wait(), HEARTBEAT)
        finally:
            connection.terminate()

    def _notified(self, _connection: asyncpg.Connection, _pid: int, _channel: str, citizens: object) -> None:
        for citizen in str(citizens).split():
            for stream in (*self._open.get(citizen, ()), *self._acting.get(citizen, ())):
                stream.wake()

    def _wake_all(self) -> None:
        for of_citizen in self._open.values():
            for stream in of_citizen:
                stream.wake()


@contextmanager
def _among(streams: dict[str, set[Stream]], of: str | None, stream: Stream) -> Iterator[None]:
    """Nowhere when it is of nobody."""
    if of is None:
        yield
        return
    streams.setdefault(of, set()).add(stream)
    try:
        yield
    finally:
        streams[of].discard(stream)
        if not streams[of]:
            del streams[of]
