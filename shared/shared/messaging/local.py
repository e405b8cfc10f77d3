"""The embedded set-up's carrier: messages lie in the consumer's own database until they are handled.

The relay reads the same outbox and the same handlers run through the same inbox as with RabbitMQ, and nothing is lost
over a restart either: a message is written to every consumer's table before the relay marks it sent.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg
import structlog

from shared.db import Database
from shared.messaging.dead_letters import keep, reason_of
from shared.messaging.delivery import Rejected
from shared.messaging.transport import RETRY_LADDER, Message, Receive, Unroutable
from shared.wakeups import Listener, listening

CHANNEL: Final = "local_message"
PARALLEL: Final = 8

_logger = structlog.get_logger(__name__)

_PUT = "INSERT INTO local_message (event_id, payload) SELECT * FROM unnest($1::uuid[], $2::text[])"
_TAKE = """
    SELECT id, payload, attempt FROM local_message
    WHERE due_at <= now() AND id <> ALL($1) ORDER BY due_at, id LIMIT $2
"""
_DONE = "DELETE FROM local_message WHERE id = $1"
_LATER = "UPDATE local_message SET attempt = attempt + 1, due_at = now() + make_interval(secs => $2) WHERE id = $1"


@dataclass(frozen=True, slots=True)
class _Taken:
    id: int
    payload: str
    attempt: int


class LocalBroker:
    """What the services of one machine share: who takes which events, and where. Implements `Transport` for each of
    them.
    """

    system = "postgresql"

    def __init__(self) -> None:
        self._consumers: dict[str, tuple[Database, frozenset[str]]] = {}

    def register(self, service: str, database: Database, names: Sequence[str]) -> None:
        """Every consumer is known before the first relay starts: this is the embedded set-up's topology."""
        self._consumers[service] = (database, frozenset(names))

    async def publish(self, messages: Sequence[Message]) -> list[BaseException | None]:
        taken: set[UUID] = set()
        for database, names in self._consumers.values():
            mine = [message for message in messages if message.name in names]
            if mine:
                await self._put(database, mine)
                taken.update(message.event_id for message in mine)
        return [None if message.event_id in taken else Unroutable(message.name) for message in messages]

    async def _put(self, database: Database, messages: Sequence[Message]) -> None:
        async with database.driver() as connection:
            await connection.execute(_PUT, [m.event_id for m in messages], [m.payload for m in messages])
        database.wakeups.send(CHANNEL)

    async def consume(self, service: str, names: Sequence[str], receive: Receive, stop: asyncio.Event) -> None:
        database, _ = self._consumers[service]
        await _LocalConsumer(database, receive, stop).run()

    async def close(self) -> None:
        """Nothing of its own to close: the databases belong to the services."""


class _LocalConsumer:
    def __init__(self, database: Database, receive: Receive, stop: asyncio.Event) -> None:
        self._database = database
        self._receive = receive
        self._stop = stop
        self._slots = asyncio.Semaphore(PARALLEL)
        self._under_way: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        while not self._stop.is_set():
            try:
                async with listening(self._database, CHANNEL) as listener:
                    await self._work(listener)
            except Exception as error:  # what lies in the table is handled when the database is back
                _logger.warning("consumer_waits_for_database", exc_info=error)
                await asyncio.sleep(0.5)
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    async def _work(self, listener: Listener) -> None:
        while not self._stop.is_set():
            rows = await self._take()
            for row in rows:
                await self._slots.acquire()
                self._start(_Taken(row["id"], row["payload"], row["attempt"]))
            if not rows:
                await listener.wait(1.0)

    async def _take(self) -> list[asyncpg.Record]:
        async with self._database.driver() as connection:
            rows: list[asyncpg.Record] = await connection.fetch(_TAKE, list(self._under_way), PARALLEL)
            return rows

    def _start(self, message: _Taken) -> None:
        task = asyncio.create_task(self._handle(message))
        self._under_way[message.id] = task
        task.add_done_callback(lambda _: self._finish(message.id))

    def _finish(self, message_id: int) -> None:
        self._under_way.pop(message_id, None)
        self._slots.release()

    async def _handle(self, message: _Taken) -> None:
        try:
            await self._outcome(message)
        except Exception as error:  # the database is away: the message is still in its table and comes again
            _logger.warning("message_stays", exc_info=error)
            await asyncio.sleep(0.5)

    async def _outcome(self, message: _Taken) -> None:
        try:
            await self._receive(message.payload)
        except Rejected as error:
            await self._bury(message, error.reason)
        except Exception as error:
            await self._retry(message, error)
        else:
            await self._execute(_DONE, message.id)

    async def _retry(self, message: _Taken, error: Exception) -> None:
        _logger.warning("event_failed", attempt=message.attempt, exc_info=error)
        if message.attempt > len(RETRY_LADDER):
            await self._bury(message, reason_of(error))
        else:
            await self._execute(_LATER, message.id, float(RETRY_LADDER[message.attempt - 1]))

    async def _bury(self, message: _Taken, reason: str) -> None:
        async with self._database.driver_transaction() as connection:
            await keep(connection, message.payload, reason, message.attempt)
            await connection.execute(_DONE, message.id)

    async def _execute(self, sql: str, *values: object) -> None:
        async with self._database.driver() as connection:
            await connection.execute(sql, *values)
