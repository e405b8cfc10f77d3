"""catalog-api's worker: sends the catalogue's events on. It consumes none: the catalogue asks nobody."""

import httpx

from catalog_api.retention import RETENTION
from catalog_api.settings import Settings
from shared.db import Database
from shared.messaging import Handlers, Transport
from shared.metrics import Metrics
from shared.worker import Worker, main_with

HANDLERS: Handlers = {}


def create_worker(
    settings: Settings,
    database: Database,
    transport: Transport,
    *,
    http: httpx.AsyncClient | None = None,
    metrics: Metrics | None = None,
) -> Worker:
    """`http` is there because every service's worker is made alike; nothing is called from this one."""
    return Worker(settings.service, database, HANDLERS, transport, metrics=metrics or Metrics(), retention=RETENTION)


def main() -> None:
    main_with(Settings(), create_worker)


if __name__ == "__main__":
    main()
