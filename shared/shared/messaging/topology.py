"""What stands in RabbitMQ: one topic exchange, one quorum queue a service, its retry ladder, its dead letters.

Everything derives from the service's name and its HANDLERS; declaring twice changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from aio_pika import ExchangeType
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange, AbstractQueue
from aio_pika.exceptions import ChannelNotFoundEntity

from shared.messaging.transport import RETRY_LADDER

EXCHANGE: Final = "verktoy.events"
DEAD_EXCHANGE: Final = "verktoy.dead"

# A message that takes its worker down with it is dead-lettered by the broker itself after so many deliveries (N + 1).
DELIVERY_LIMIT: Final = 20
# Dead letters have nowhere else to go. No limit is 20 from RabbitMQ 4 on, and -1 is none before it but drops at once
# on 3.10: a number that is never reached is the same on all.
UNREACHED: Final = 1_000_000_000

_QUORUM: Final[dict[str, Any]] = {"x-queue-type": "quorum"}
# moved on only when the next queue has it safe
_SAFE_MOVE: Final[dict[str, Any]] = {"x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish"}


@dataclass(frozen=True, slots=True)
class ServiceQueues:
    main: AbstractQueue
    dead: AbstractQueue


async def declare_exchange(channel: AbstractChannel) -> AbstractExchange:
    return await channel.declare_exchange(EXCHANGE, ExchangeType.TOPIC, durable=True)


async def declare_service(channel: AbstractChannel, service: str, names: Sequence[str]) -> ServiceQueues:
    """The service's queues, bound to these event names and no others."""
    exchange = await declare_exchange(channel)
    dead = await _declare_dead(channel, service)
    for seconds in RETRY_LADDER:
        await _declare_retry(channel, service, seconds)
    arguments = (
        _QUORUM
        | _SAFE_MOVE
        | {
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": DEAD_EXCHANGE,
            "x-dead-letter-routing-key": service,
        }
    )
    main = await channel.declare_queue(service, durable=True, arguments=arguments)
    for name in names:
        await main.bind(exchange, name)
    return ServiceQueues(main, dead)


async def _declare_dead(channel: AbstractChannel, service: str) -> AbstractQueue:
    exchange = await channel.declare_exchange(DEAD_EXCHANGE, ExchangeType.DIRECT, durable=True)
    arguments = _QUORUM | {"x-delivery-limit": UNREACHED}
    queue = await channel.declare_queue(dead_queue(service), durable=True, arguments=arguments)
    await queue.bind(exchange, service)
    return queue


def dead_queue(service: str) -> str:
    """Not the name of earlier releases: a queue that exists refuses another limit."""
    return f"{service}.dead-letters"


async def former_dead_queue(
    connection: AbstractConnection, channel: AbstractChannel, service: str
) -> AbstractQueue | None:
    """The queue of dead letters of earlier releases, if there is one. Nothing new goes there afterwards."""
    name = f"{service}.dead"
    try:
        async with connection.channel() as asking:  # a no closes the channel
            await asking.declare_queue(name, passive=True)
    except ChannelNotFoundEntity:
        return None
    queue = await channel.get_queue(name, ensure=False)
    await queue.unbind(DEAD_EXCHANGE, service)
    return queue


def retry_queue(service: str, seconds: int) -> str:
    return f"{service}.retry.{seconds}s"


async def _declare_retry(channel: AbstractChannel, service: str, seconds: int) -> None:
    """Nobody consumes it: a message lies here until its time is up and goes back to the service's queue."""
    arguments = (
        _QUORUM
        | _SAFE_MOVE
        | {
            "x-message-ttl": seconds * 1000,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": service,
        }
    )
    await channel.declare_queue(retry_queue(service, seconds), durable=True, arguments=arguments)
