"""The worker: sends the outbox on, and sees to what changes with time. This service listens to nobody."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import httpx

from consent_api.access_log.months import months_of
from consent_api.access_log.writing import keep_sorted
from consent_api.retention import RETENTION
from consent_api.settings import Settings
from consent_api.turning import keep_days
from shared.db import Database
from shared.messaging.delivery import utc_now
from shared.messaging.transport import Transport
from shared.metrics import Metrics
from shared.worker import Worker, main_with


def create_worker(
    settings: Settings,
    database: Database,
    transport: Transport,
    *,
    http: httpx.AsyncClient | None = None,
    metrics: Metrics | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> Worker:
    """`http` is there because every service's worker is made alike; nothing is called from this one."""

    async def days(stop: asyncio.Event) -> None:
        await keep_days(database, clock, stop)

    async def entries(stop: asyncio.Event) -> None:
        await keep_sorted(database, stop)

    jobs = [days, months_of(database, clock).run, entries]
    return Worker(
        settings.service, database, {}, transport, metrics=metrics or Metrics(), jobs=jobs, retention=RETENTION
    )


def main() -> None:
    main_with(Settings(), create_worker)


if __name__ == "__main__":
    main()
