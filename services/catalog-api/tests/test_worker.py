"""The worker sends the catalogue's events on, and consumes nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import aio_pika
import pytest

from catalog_api.settings import Settings
from catalog_api.worker import HANDLERS, create_worker
from shared.db import Database
from shared.events import ToolPublished, ToolStopped
from shared.messaging import Transport
from shared.messaging.amqp import AmqpTransport
from shared.messaging.local import LocalBroker
from shared.messaging.topology import EXCHANGE


@asynccontextmanager
async def running(settings: Settings, database: Database, transport: Transport) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(create_worker(settings, database, transport).run(stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, 60)


async def test_K4_a_stop_reaches_those_who_listen(
    settings: Settings, database: Database, fill: Any, make_tool: Any, administrator: Any, rows: Any
) -> None:
    assert HANDLERS == {}
    broker = LocalBroker()
    broker.register("listener", database, [ToolPublished.name, ToolStopped.name])
    tool = make_tool("Søvnskolen")
    async with running(settings, database, broker):
        await fill(tool)
        await administrator.stop(tool)
        async with asyncio.timeout(60):
            while not all(row["sent_at"] for row in await rows("outbox")):  # noqa: ASYNC110 - the relay tells nobody
                await asyncio.sleep(0.02)
    sent = {row["event_id"] for row in await rows("outbox")}
    assert {row["event_id"] for row in await rows("local_message")} == sent


async def test_K4_a_stop_reaches_the_broker(
    settings: Settings, database: Database, fill: Any, make_tool: Any, administrator: Any, amqp_url: str
) -> None:
    tool = make_tool("Søvnskolen")
    connection = await aio_pika.connect(amqp_url)
    async with connection:
        channel = await connection.channel()
        exchange = await channel.declare_exchange(EXCHANGE, aio_pika.ExchangeType.TOPIC, durable=True)
        queue = await channel.declare_queue(f"test-{uuid4().hex[:8]}", exclusive=True)
        await queue.bind(exchange, "catalog.#")
        async with running(settings, database, AmqpTransport(amqp_url, database)):
            await fill(tool)
            await administrator.stop(tool)
            received = [await wait_for_message(queue) for _ in range(2)]
    assert [message.routing_key for message in received] == [ToolPublished.name, ToolStopped.name]


async def wait_for_message(queue: Any) -> Any:
    async with asyncio.timeout(60):
        while True:
            message = await queue.get(no_ack=True, fail=False)
            if message is not None:
                return message
            await asyncio.sleep(0.05)


async def test_a_worker_process_needs_a_broker(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from catalog_api import worker

    monkeypatch.setattr(worker, "Settings", lambda: settings)
    with pytest.raises(SystemExit, match="BROKER_URL"):
        worker.main()
