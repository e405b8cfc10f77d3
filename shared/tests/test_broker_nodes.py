"""Several addresses of one broker, and a consumer that the broker takes off its queue."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import aio_pika
import pytest

from devkit.servers.process import free_port
from devkit.testing.waiting import until
from shared.db import Database
from shared.messaging import nodes
from shared.messaging.amqp import AmqpTransport


def test_one_address_is_as_it_was_also_with_a_comma_in_the_password() -> None:
    assert nodes.addresses("amqp://user:a,b@one:5672/") == ["amqp://user:a,b@one:5672/"]


def test_several_addresses_have_a_comma_between_them() -> None:
    assert nodes.addresses("amqp://u:w@one/, amqps://u:w@two/v\n") == ["amqp://u:w@one/", "amqps://u:w@two/v"]


def nowhere() -> str:
    return f"amqp://user:the-word@127.0.0.1:{free_port()}/"


async def test_a_node_that_is_away_is_passed_by(amqp_url: str) -> None:
    for _ in range(6):  # the order is left to chance
        async with await nodes.connect(f"{nowhere()},{amqp_url},{nowhere()}") as connection:
            assert not connection.is_closed


async def test_no_node_answers() -> None:
    with pytest.raises(OSError, match="Connect call failed"):
        await nodes.connect(f"{nowhere()},{nowhere()}")


@pytest.fixture
async def channel(amqp_url: str) -> AsyncIterator[aio_pika.abc.AbstractChannel]:
    async with await aio_pika.connect(amqp_url) as connection:
        yield await connection.channel(on_return_raises=True)


async def test_a_consumer_whose_queue_is_taken_away_declares_it_again(
    amqp_url: str, database: Database, channel: aio_pika.abc.AbstractChannel
) -> None:
    """The broker says so on a channel that stays open: who does not listen waits for ever."""
    service, came, stop = f"test-{uuid4().hex[:8]}", asyncio.Queue[bytes | str](), asyncio.Event()
    transport = AmqpTransport(amqp_url, database)
    consuming = asyncio.create_task(transport.consume(service, ["some.event"], came.put, stop))

    async def send(body: bytes) -> bool:
        try:
            await channel.default_exchange.publish(aio_pika.Message(body), service, mandatory=True)
        except aio_pika.exceptions.DeliveryError:  # sent back, or refused by a queue that is only just coming or going
            return False
        return True

    async def arrived(body: bytes) -> None:
        while await came.get() != body:  # one that was refused and sent again may come twice
            pass

    await until(lambda: send(b"before"))
    await asyncio.wait_for(arrived(b"before"), 60)
    await channel.queue_delete(service)
    await until(lambda: send(b"after"))
    await asyncio.wait_for(arrived(b"after"), 60)
    stop.set()
    await consuming
