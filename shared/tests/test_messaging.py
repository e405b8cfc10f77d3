"""From the outbox to the handlers' effects, over each of the two carriers."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from devkit.testing.waiting import until
from shared import outbox
from shared.db import Database
from shared.events import LevelChanged
from shared.messaging import Delivery, Rejected
from shared.messaging.amqp import AmqpTransport
from shared.messaging.local import LocalBroker
from shared.metrics import Metrics
from shared.worker import Worker

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
Running = Callable[[Any], Any]


def level_changed(citizen: str = "k1-a", version: int = 1) -> LevelChanged:
    return LevelChanged(citizen=citizen, version=version, changed_at=NOW, level="full")


class Effects:
    """A handler whose effect is a row, so that what is rolled back is seen to be."""

    def __init__(self) -> None:
        self.failures: list[Exception] = []

    async def on_level_changed(self, session: AsyncSession, event: LevelChanged, delivery: Delivery) -> None:
        await session.execute(text("INSERT INTO effect VALUES (:c)"), {"c": event.citizen})
        if self.failures:
            raise self.failures.pop(0)


async def effects(database: Database) -> list[str]:
    async with database.reader() as connection:
        return list((await connection.execute(text("SELECT citizen FROM effect ORDER BY 1"))).scalars())


async def add(database: Database, *events: LevelChanged) -> None:
    async with database.session() as session:
        for event in events:
            await outbox.add(session, event, NOW)


@pytest.fixture
async def running(database: Database, transport: AmqpTransport | LocalBroker) -> AsyncIterator[Effects]:
    """A service that consumes its own events, under way."""
    async with database.session() as session:
        await session.execute(text("CREATE TABLE effect (citizen text)"))
    handling = Effects()
    service = f"test-{uuid4().hex[:8]}"
    worker = Worker(service, database, {LevelChanged: [handling.on_level_changed]}, transport, metrics=Metrics())
    if isinstance(transport, LocalBroker):
        transport.register(service, database, worker.dispatcher.names)
    else:
        await transport.declare(service, worker.dispatcher.names)
    async with started(worker):
        yield handling


@asynccontextmanager
async def started(worker: Worker) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(worker.run(stop))
    yield
    stop.set()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.wait_for(task, 60)


async def test_an_event_reaches_its_handler_and_is_marked_sent(database: Database, running: Effects) -> None:
    await add(database, level_changed("k1-a"), level_changed("k1-b"))

    async def done() -> bool:
        return await effects(database) == ["k1-a", "k1-b"]

    await until(done)
    async with database.reader() as connection:
        unsent = text("SELECT count(*) FROM outbox WHERE sent_at IS NULL")

        async def sent() -> bool:
            return (await connection.execute(unsent)).scalar() == 0

        await until(sent)


async def test_a_message_that_comes_twice_has_one_effect(database: Database, running: Effects) -> None:
    await add(database, level_changed("k1-a"))

    async def handled() -> bool:
        return await effects(database) == ["k1-a"]

    await until(handled)
    async with database.session() as session:
        await session.execute(text("UPDATE outbox SET sent_at = NULL"))
    await add(database, level_changed("k1-z"))

    async def later_one_handled() -> bool:
        return "k1-z" in await effects(database)

    await until(later_one_handled)
    await asyncio.sleep(0.2)
    assert await effects(database) == ["k1-a", "k1-z"]


async def test_a_failure_is_rolled_back_and_tried_again(database: Database, running: Effects) -> None:
    running.failures.append(RuntimeError("once"))
    await add(database, level_changed("k1-a"))

    async def handled() -> bool:
        return await effects(database) == ["k1-a"]

    await until(handled)
    assert not running.failures


async def test_what_never_can_be_handled_is_a_dead_letter_at_once(database: Database, running: Effects) -> None:
    running.failures.append(Rejected("of no use"))
    await add(database, level_changed("k1-a"))

    async def buried() -> bool:
        async with database.reader() as connection:
            letters = (await connection.execute(text("SELECT reason, attempts, name FROM dead_letter"))).all()
        return letters == [("of no use", 1, "consent.level-changed.v1")]

    await until(buried)
    assert await effects(database) == []


async def test_the_correlation_travels_with_the_event(database: Database, running: Effects) -> None:
    from shared.correlation import accept, correlated

    event_id = str(uuid4())
    with correlated(accept(event_id, "00-" + "a" * 32 + "-" + "b" * 16 + "-01", "EPJ 1.0")):
        await add(database, level_changed("k1-a"))
    async with database.reader() as connection:
        payload = (await connection.execute(text("SELECT payload FROM outbox"))).scalar_one()
    assert payload["nhneventid"] == event_id
    assert payload["nhnsourcesystem"] == "EPJ 1.0"
    assert payload["traceparent"].startswith("00-" + "a" * 32)
