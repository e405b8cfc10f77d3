"""How fresh a citizen's pages are (M5).

The rule: `asOf` is a second before the last time the worker looked and found no event waiting for this service, neither
in its queue nor in the queues of those that are tried again. The second is for the events that were being handled as it
looked. So what happened before `asOf`, and had been sent on by the service where it happened, is on the page. While
events pile up, or the broker or the worker is away, `asOf` stands still. Nor is it ever later than what consent-api and
catalog-api have last confirmed by their change feeds: a relay of theirs that stands still does not make a page look
fresh (decision 0045).
"""

import asyncio
import contextlib
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection
from sqlalchemy import DateTime, Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from helsetilbud_api.citizen import queries
from helsetilbud_api.citizen.models import CONSENTS, TOOLS
from shared.db import Database
from shared.messaging import nodes
from shared.messaging.delivery import utc_now
from shared.messaging.topology import retry_queue
from shared.messaging.transport import RETRY_LADDER
from shared.settings import ServiceSettings

UNDER_WAY: Final = timedelta(seconds=1)

_logger = structlog.get_logger(__name__)
# nothing is kept until both have been read to the end
_KEEP: Final = text("""
    INSERT INTO freshness AS f (only_row, as_of)
    SELECT true, least(CAST(:as_of AS timestamptz), min(confirmed_at)) FROM feed_position WHERE feed = ANY(:feeds)
    HAVING count(confirmed_at) = cardinality(:feeds)
    ON CONFLICT (only_row) DO UPDATE SET as_of = greatest(f.as_of, excluded.as_of)
""").bindparams(bindparam("as_of", type_=DateTime(timezone=True)), bindparam("feeds", type_=ARRAY(Text)))


class Backlog(Protocol):
    async def count(self) -> int:
        """How many events wait. Raises while that cannot be known."""

    async def close(self) -> None: ...


class Freshness:
    def __init__(self, database: Database, backlog: Backlog) -> None:
        self._database = database
        self._backlog = backlog

    async def run(self, stop: asyncio.Event, seconds: float) -> None:
        try:
            while not stop.is_set():
                await self._try_to_look()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), seconds)
        finally:
            await self._backlog.close()

    async def _try_to_look(self) -> None:
        try:
            await self.look(utc_now())
        except Exception as error:  # what cannot be known is not claimed: the time stands still
            _logger.warning("freshness_unknown", exc_info=error)

    async def look(self, now: datetime) -> None:
        if await self._backlog.count() == 0:
            async with self._database.session() as session:
                await session.execute(_KEEP, {"as_of": now - UNDER_WAY, "feeds": [TOOLS, CONSENTS]})


def backlog_of(settings: ServiceSettings, database: Database) -> Backlog:
    if settings.broker_url is None:
        return LocalBacklog(database)
    return AmqpBacklog(settings.broker_url.get_secret_value(), settings.service)


class LocalBacklog:
    """In the set-up without a broker, messages wait in a table of the consumer's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self) -> int:
        async with self._database.reader() as connection:
            return await queries.count_local_messages(connection)

    async def close(self) -> None:
        """The database belongs to the worker."""


class AmqpBacklog:
    """Asks RabbitMQ over a connection of its own, so that a busy consumer does not delay the answer."""

    def __init__(self, url: str, service: str) -> None:
        self._url = url
        self._queues = (service, *(retry_queue(service, seconds) for seconds in RETRY_LADDER))
        self._connection: AbstractConnection | None = None
        self._channel: AbstractChannel | None = None

    async def count(self) -> int:
        try:
            channel = await self._connected()
            return sum([await _length(channel, queue) for queue in self._queues])
        except BaseException:
            await self.close()  # a channel that was refused something is closed by the broker
            raise

    async def _connected(self) -> AbstractChannel:
        if self._channel is None or self._channel.is_closed:
            await self.close()
            self._connection = await nodes.connect(self._url)
            self._channel = await self._connection.channel()
        return self._channel

    async def close(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None and not connection.is_closed:
            await connection.close()


async def _length(channel: AbstractChannel, queue: str) -> int:
    """Raises aio_pika's ChannelNotFoundEntity before the consumer has declared it."""
    declared = await channel.declare_queue(queue, passive=True)
    return declared.declaration_result.message_count or 0
