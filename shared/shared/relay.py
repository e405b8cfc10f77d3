"""The relay: sends outbox rows on. One is active a service, by a lease; others stand ready to take over.

Rows are marked after the broker has confirmed them. Killed in between, the next relay sends them again and the
consumers' inbox knows them.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

import asyncpg
import structlog

from shared import outbox
from shared.db import Database
from shared.events import EVENTS
from shared.leases import Lease
from shared.messaging.tracing import publish
from shared.messaging.transport import Message, Transport, Unroutable
from shared.metrics import Metrics
from shared.wakeups import Listener, listening

BATCH: Final = 100
POLL_SECONDS: Final = 1.0
PARTITION_SECONDS: Final = 30.0  # a table's lock may have to be waited for
_PARTITIONS_EVERY: Final = 86_400.0

_WAITING = """
    SELECT id, event_id, name, payload FROM outbox
    WHERE sent_at IS NULL AND due_at <= now() ORDER BY id LIMIT $1
"""
_SENT = "UPDATE outbox SET sent_at = now() WHERE id = ANY($1) AND sent_at IS NULL"
# the older, the longer: what nobody has taken for a day is not tried every second
_LATER = """
    UPDATE outbox
    SET due_at = now() + least(greatest((now() - created_at) / 10, interval '1 second'), interval '5 minutes')
    WHERE id = ANY($1) AND sent_at IS NULL
"""

_logger = structlog.get_logger(__name__)


class Relay:
    def __init__(self, database: Database, transport: Transport, metrics: Metrics) -> None:
        self._database = database
        self._transport = transport
        self._metrics = metrics
        self._partitions_made = float("-inf")
        self._lease = Lease("relay")

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                async with listening(self._database, outbox.CHANNEL) as listener:
                    if await self._lead(listener, stop):
                        await self._relay(listener, stop)
            except Exception as error:  # the database or the broker is away: the rows wait
                _logger.warning("relay_waits", exc_info=error)
                await asyncio.sleep(0.5)

    async def _lead(self, listener: Listener, stop: asyncio.Event) -> bool:
        """Waits to be the one."""
        while not stop.is_set():
            if await self._lease.take(listener.connection):
                return True
            await asyncio.sleep(POLL_SECONDS)
        return False

    async def _relay(self, listener: Listener, stop: asyncio.Event) -> None:
        """Until it stops, or somebody else has become the one."""
        while await self._lease.keep(listener.connection):
            if stop.is_set():
                await self._lease.give_up(listener.connection)
                return
            await self._keep_partitions(listener.connection)
            if await self.send_batch(listener.connection) < BATCH:
                await listener.wait(POLL_SECONDS)

    async def send_batch(self, connection: asyncpg.Connection) -> int:
        """Sends what waits, at most a batch of it. Returns how many rows there were."""
        rows = await connection.fetch(_WAITING, BATCH)
        self._metrics.outbox_unsent.set(len(rows))
        if rows:
            messages = [Message(row["event_id"], row["name"], row["payload"]) for row in rows]
            outcomes = await publish(self._transport, messages)
            await self._record(connection, [row["id"] for row in rows], messages, outcomes)
        return len(rows)

    async def _record(
        self,
        connection: asyncpg.Connection,
        ids: Sequence[int],
        messages: Sequence[Message],
        outcomes: Sequence[BaseException | None],
    ) -> None:
        outcomes = [None if _may_be_dropped(*pair) else pair[1] for pair in zip(messages, outcomes, strict=True)]
        sent = [id for id, outcome in zip(ids, outcomes, strict=True) if outcome is None]
        await connection.execute(_SENT, sent)
        for message, outcome in zip(messages, outcomes, strict=True):
            if outcome is None:
                self._metrics.events_published.labels(message.name).inc()
            elif isinstance(outcome, Unroutable):
                self._metrics.events_unroutable.labels(message.name).inc()
        # an event without a queue (a consumer that never has been up) must not stand before the others
        if unroutable := [id for id, o in zip(ids, outcomes, strict=True) if isinstance(o, Unroutable)]:
            await connection.execute(_LATER, unroutable)
        broken = next((o for o in outcomes if o is not None and not isinstance(o, Unroutable)), None)
        if broken is not None:
            raise broken

    async def _keep_partitions(self, connection: asyncpg.Connection) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._partitions_made > _PARTITIONS_EVERY:
            await connection.execute("SELECT ensure_outbox_partitions()", timeout=PARTITION_SECONDS)
            self._partitions_made = now


def _may_be_dropped(message: Message, outcome: BaseException | None) -> bool:
    event = EVENTS.get(message.name)
    return isinstance(outcome, Unroutable) and event is not None and event.hint
