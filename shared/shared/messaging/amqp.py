"""RabbitMQ through aio-pika: batches with publisher confirms and the mandatory flag; acknowledged after the commit.

A consumer that fails puts the message in a delay queue and acknowledges the first only when that copy is confirmed:
dying in between makes two copies, and the inbox handles the second as a repetition.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from typing import Final

import aio_pika
import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange, AbstractIncomingMessage
from aio_pika.exceptions import PublishError

from shared.db import Database
from shared.messaging import nodes, topology
from shared.messaging.dead_letters import keep, reason_of
from shared.messaging.delivery import Rejected
from shared.messaging.transport import RETRY_LADDER, Message, Receive, Unroutable

PREFETCH: Final = 20
CONFIRM_TIMEOUT: Final = 10.0
DEAD_LETTER_PAUSE: Final = 1.0
ATTEMPT: Final = "x-attempt"
REASON: Final = "x-reason"

_logger = structlog.get_logger(__name__)


class AmqpTransport:
    """One connection to publish, one to consume, each made anew when it is lost. Implements `Transport`."""

    system = "rabbitmq"

    def __init__(self, url: str, database: Database) -> None:
        self._url = url
        self._database = database
        self._publisher: AbstractConnection | None = None
        self._exchange: AbstractExchange | None = None

    async def publish(self, messages: Sequence[Message]) -> list[BaseException | None]:
        exchange = await self._publishing_exchange()
        publishings = (
            exchange.publish(_outgoing(m), m.name, mandatory=True, timeout=CONFIRM_TIMEOUT) for m in messages
        )
        outcomes = await asyncio.gather(*publishings, return_exceptions=True)
        if any(isinstance(o, BaseException) and not isinstance(o, PublishError) for o in outcomes):
            await self.close()  # a channel in doubt is not used again
        return [_outcome(o) for o in outcomes]

    async def _publishing_exchange(self) -> AbstractExchange:
        if self._publisher is None or self._publisher.is_closed or self._exchange is None:
            await self.close()
            self._publisher = await nodes.connect(self._url)
            # without on_return_raises an event that no queue takes would count as sent
            channel = await self._publisher.channel(publisher_confirms=True, on_return_raises=True)
            self._exchange = await topology.declare_exchange(channel)
        return self._exchange

    async def close(self) -> None:
        connection, self._publisher, self._exchange = self._publisher, None, None
        if connection is not None and not connection.is_closed:
            await connection.close()

    async def declare(self, service: str, names: Sequence[str]) -> None:
        """The service's queues, bound: to be done before any producer sends, or what it sends is not kept for them."""
        async with _channel(self._url) as (_, channel):
            await topology.declare_service(channel, service, names)

    async def consume(self, service: str, names: Sequence[str], receive: Receive, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self._consume_connected(service, names, receive, stop)
            except Exception as error:  # the broker is away: what is in its queues is delivered when it is back
                _logger.warning("consumer_waits_for_broker", exc_info=error)
                await asyncio.sleep(0.5)

    async def _consume_connected(
        self, service: str, names: Sequence[str], receive: Receive, stop: asyncio.Event
    ) -> None:
        async with _channel(self._url) as (connection, channel):
            queues = await topology.declare_service(channel, service, names)
            consumer = _AmqpConsumer(service, channel, receive, self._database)
            cancelled = await _cancelled(channel)
            tag = await queues.main.consume(consumer.on_message)
            await queues.dead.consume(consumer.on_dead_letter)
            if former := await topology.former_dead_queue(connection, channel, service):
                await former.consume(consumer.on_former_dead_letter)
            await _until_either(stop, connection.closed(), channel.closed(), cancelled.wait())
            if stop.is_set():
                await queues.main.cancel(tag)
                await consumer.finish()


@asynccontextmanager
async def _channel(url: str) -> AsyncIterator[tuple[AbstractConnection, AbstractChannel]]:
    connection = await nodes.connect(url)
    async with connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        await channel.set_qos(prefetch_count=PREFETCH)
        yield connection, channel


async def _cancelled(channel: AbstractChannel) -> asyncio.Event:
    """Set when the broker takes a consumer off, because its queue is gone or moved: the channel stays open then, and
    nothing would come any more.
    """
    cancelled = asyncio.Event()
    underlay = await channel.get_underlay_channel()
    underlay.on_consumer_cancel_callbacks.add(lambda _: cancelled.set())
    return cancelled


async def _until_either(stop: asyncio.Event, *ends: Awaitable[object]) -> None:
    """Until told to stop, or one of the others comes to its end."""
    waiting = [asyncio.ensure_future(end) for end in (stop.wait(), *ends)]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for waiter in waiting:
            waiter.cancel()


class _AmqpConsumer:
    def __init__(self, service: str, channel: AbstractChannel, receive: Receive, database: Database) -> None:
        self._service = service
        self._channel = channel
        self._receive = receive
        self._database = database
        self._under_way: set[asyncio.Task[None]] = set()

    async def on_message(self, message: AbstractIncomingMessage) -> None:
        """aio-pika calls this in a task for each message; the prefetch count bounds how many run at once."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - aio-pika always calls from a task
        self._under_way.add(task)
        try:
            await self._handle(message)
        except Exception as error:  # neither acknowledged nor rejected: the broker delivers it again
            _logger.warning("message_returned", exc_info=error)
            await asyncio.sleep(0.2)
            await message.nack(requeue=True)
        finally:
            self._under_way.discard(task)

    async def _handle(self, message: AbstractIncomingMessage) -> None:
        try:
            await self._receive(message.body)
        except Rejected as error:
            await self._bury(message, error.reason)
        except Exception as error:
            await self._retry(message, error)
        await message.ack()

    async def _retry(self, message: AbstractIncomingMessage, error: Exception) -> None:
        attempt = _attempt(message)
        _logger.warning("event_failed", attempt=attempt, exc_info=error)
        if attempt > len(RETRY_LADDER):
            await self._bury(message, reason_of(error))
            return
        queue = topology.retry_queue(self._service, RETRY_LADDER[attempt - 1])
        await self._send(message, self._channel.default_exchange, queue, {ATTEMPT: attempt + 1})

    async def _bury(self, message: AbstractIncomingMessage, reason: str) -> None:
        dead = await self._channel.get_exchange(topology.DEAD_EXCHANGE, ensure=False)
        await self._send(message, dead, self._service, {ATTEMPT: _attempt(message), REASON: reason})

    async def _send(
        self, message: AbstractIncomingMessage, exchange: AbstractExchange, key: str, headers: dict[str, int | str]
    ) -> None:
        copy = aio_pika.Message(
            message.body,
            headers=dict(headers),
            message_id=message.message_id,
            type=message.type,
            content_type=message.content_type,
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        )
        await exchange.publish(copy, key, mandatory=True, timeout=CONFIRM_TIMEOUT)

    async def on_dead_letter(self, message: AbstractIncomingMessage) -> None:
        """From the dead-letter queue to the table that operators read. While the database is away it is held, and
        not given back: it would come again at once.
        """
        while not await self._kept(message):
            await asyncio.sleep(DEAD_LETTER_PAUSE)
            if self._channel.is_closed:
                return  # it is in the queue still
        await message.ack()

    async def on_former_dead_letter(self, message: AbstractIncomingMessage) -> None:
        """From the queue of earlier releases, which drops what comes back often, to the one that never does."""
        headers: dict[str, int | str] = {ATTEMPT: _attempt(message), REASON: _reason(message)}
        await self._send(message, self._channel.default_exchange, topology.dead_queue(self._service), headers)
        await message.ack()

    async def _kept(self, message: AbstractIncomingMessage) -> bool:
        payload = message.body.decode("utf-8", "replace")
        try:
            async with self._database.driver() as connection:
                await keep(connection, payload, _reason(message), _attempt(message))
        except Exception as error:
            _logger.warning("dead_letter_waits_for_database", exc_info=error)
            return False
        return True

    async def finish(self) -> None:
        """Lets the messages under way end."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=20)


def _attempt(message: AbstractIncomingMessage) -> int:
    attempt = message.headers.get(ATTEMPT)
    return attempt if isinstance(attempt, int) else 1


def _reason(message: AbstractIncomingMessage) -> str:
    return str(message.headers.get(REASON) or message.headers.get("x-first-death-reason") or "unknown")


def _outgoing(message: Message) -> aio_pika.Message:
    return aio_pika.Message(
        message.payload.encode(),
        message_id=str(message.event_id),
        type=message.name,
        content_type="application/cloudevents+json",
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )


def _outcome(outcome: object) -> BaseException | None:
    if isinstance(outcome, PublishError):
        return Unroutable()
    return outcome if isinstance(outcome, BaseException) else None
