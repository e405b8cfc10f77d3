"""Dead letters while the database is away, on RabbitMQ as the machine has it and on RabbitMQ 4."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import aio_pika
import asyncpg
import pytest

from devkit.testing.waiting import until
from shared.db import Database
from shared.messaging import amqp
from shared.messaging.amqp import AmqpTransport


class AwayForAWhile(Database):
    refusals = 3

    @asynccontextmanager
    async def driver(self) -> AsyncIterator[asyncpg.Connection]:
        if self.refusals:
            self.refusals -= 1
            raise ConnectionRefusedError
        async with super().driver() as connection:
            yield connection


class Letter:
    body = b"of no use"
    headers: dict[str, Any] = {amqp.REASON: "it was of no use"}  # noqa: RUF012 - read only

    def __init__(self) -> None:
        self.ends: list[str] = []

    async def ack(self) -> None:
        self.ends.append("ack")

    async def nack(self, requeue: bool) -> None:
        self.ends.append("nack")


@pytest.fixture
async def away(database: Database) -> AsyncIterator[AwayForAWhile]:
    away = AwayForAWhile(database.url)
    yield away
    await away.close()


async def test_V4_a_dead_letter_is_held_while_the_database_is_away(
    database: Database, away: AwayForAWhile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given back it would come again at once, thousands of times a second."""
    monkeypatch.setattr(amqp, "DEAD_LETTER_PAUSE", 0.01)
    letter, channel = Letter(), SimpleNamespace(is_closed=False)
    await amqp._AmqpConsumer("test", channel, lambda _: None, away).on_dead_letter(letter)  # type: ignore[arg-type]
    assert letter.ends == ["ack"]
    async with database.driver() as connection:
        assert await connection.fetchval("SELECT reason FROM dead_letter") == "it was of no use"


DELIVERIES = 25


@pytest.fixture(params=["amqp_url", "newer_amqp_url"], ids=["this-release", "rabbitmq-4"])
def broker_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(request.param)
    return url


class Away(Database):
    asked = 0

    @asynccontextmanager
    async def driver(self) -> AsyncIterator[asyncpg.Connection]:
        self.asked += 1
        raise ConnectionRefusedError
        yield  # what makes it a generator


async def bury(url: str, service: str, *bodies: bytes, **headers: Any) -> None:
    """Puts letters where those go that cannot be handled."""
    async with await aio_pika.connect(url) as connection:
        exchange = await (await connection.channel()).get_exchange("verktoy.dead", ensure=False)
        for body in bodies:
            message = aio_pika.Message(body, headers=headers, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
            await exchange.publish(message, service)


@asynccontextmanager
async def at_work(url: str, service: str, database: Database) -> AsyncIterator[None]:
    """A worker of the service, until the end of the block; what it holds goes back."""
    stop = asyncio.Event()

    async def receive(payload: bytes | str) -> None:
        raise AssertionError("no event is sent")

    working = asyncio.create_task(AmqpTransport(url, database).consume(service, [], receive, stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(working, 30)


async def kept(database: Database) -> dict[str, str]:
    """Payload to reason."""
    async with database.driver() as connection:
        rows = await connection.fetch("SELECT payload, reason FROM dead_letter")
    return {row["payload"]: row["reason"] for row in rows}


async def test_V4_a_dead_letter_outlives_25_workers_that_have_no_database(
    broker_url: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each worker takes it and goes without having kept it. From RabbitMQ 4 on 20 of them are the limit if none is set,
    and the letter is gone.
    """
    monkeypatch.setattr(amqp, "DEAD_LETTER_PAUSE", 0.01)
    service, away = f"test-{uuid4().hex[:8]}", Away(database.url)
    await AmqpTransport(broker_url, database).declare(service, [])
    await bury(broker_url, service, b"of no use", **{amqp.REASON: "it was of no use"})
    for _ in range(DELIVERIES):
        away.asked = 0
        async with at_work(broker_url, service, away):
            await until(lambda: away.asked > 0, 15)
    async with at_work(broker_url, service, database):
        await until(lambda: _keeps(database, {"of no use"}), 15)
    assert await kept(database) == {"of no use": "it was of no use"}


async def _keeps(database: Database, payloads: set[str]) -> bool:
    return payloads <= (await kept(database)).keys()


async def declare_as_before(url: str, service: str) -> None:
    """The queue of dead letters as releases before this one have declared it."""
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        exchange = await channel.declare_exchange("verktoy.dead", aio_pika.ExchangeType.DIRECT, durable=True)
        queue = await channel.declare_queue(f"{service}.dead", durable=True, arguments={"x-queue-type": "quorum"})
        await queue.bind(exchange, service)


async def test_V4_dead_letters_in_the_queue_of_earlier_releases_are_kept_and_no_more_go_there(
    broker_url: str, database: Database
) -> None:
    service = f"test-{uuid4().hex[:8]}"
    await declare_as_before(broker_url, service)
    await bury(broker_url, service, b"one", b"two", **{amqp.REASON: "before", amqp.ATTEMPT: 3})
    await bury(broker_url, service, b"three", **{"x-first-death-reason": "delivery_limit"})
    async with at_work(broker_url, service, database):
        await until(lambda: _keeps(database, {"one", "two", "three"}), 15)
    assert await kept(database) == {"one": "before", "two": "before", "three": "delivery_limit"}
    await bury(broker_url, service, b"four")
    async with await aio_pika.connect(broker_url) as connection:
        old = await (await connection.channel()).get_queue(f"{service}.dead")
        assert old.declaration_result.message_count == 0
    async with at_work(broker_url, service, database):
        await until(lambda: _keeps(database, {"four"}), 15)
