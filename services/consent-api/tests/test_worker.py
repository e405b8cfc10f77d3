"""The worker sends the events on."""

import asyncio
from typing import Any

from consent_api.settings import Settings
from consent_api.worker import create_worker
from shared.db import Database
from shared.events import LevelChanged
from shared.messaging.local import LocalBroker


async def test_S6_a_change_reaches_those_who_listen(
    kari: Any, settings: Settings, database: Database, rows: Any
) -> None:
    broker = LocalBroker()
    broker.register("listener", database, [LevelChanged.name])
    worker, stop = create_worker(settings, database, broker), asyncio.Event()
    running = asyncio.create_task(worker.run(stop))
    try:
        await kari.set_level("full", '"0"')
        async with asyncio.timeout(60):
            while not await rows("local_message"):  # noqa: ASYNC110 - it happens in the database
                await asyncio.sleep(0.02)
    finally:
        stop.set()
        await asyncio.wait_for(running, 60)
    [sent], [message] = await rows("outbox"), await rows("local_message")
    assert message["event_id"] == sent["event_id"]
