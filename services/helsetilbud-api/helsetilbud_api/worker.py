"""helsetilbud-api's worker: the relay, the consumer, the reading of the catalogue, and how fresh everything is."""

import asyncio

import httpx

from helsetilbud_api.citizen.freshness import Freshness, backlog_of
from helsetilbud_api.citizen.handlers import HANDLERS
from helsetilbud_api.citizen.reconciliation import Reconciliation
from helsetilbud_api.clients.catalog import Catalogue
from helsetilbud_api.settings import Settings
from shared.auth.client import HelseIdClient
from shared.db import Database
from shared.messaging import Transport
from shared.metrics import Metrics
from shared.worker import Worker, main_with


def create_worker(
    settings: Settings,
    database: Database,
    transport: Transport,
    *,
    http: httpx.AsyncClient | None = None,
    metrics: Metrics | None = None,
) -> Worker:
    metrics = metrics or Metrics()
    http = http or httpx.AsyncClient()
    helseid = HelseIdClient.from_settings(settings, http, timeout=5)
    reconciliation = Reconciliation(database, Catalogue(http, settings.catalog_url, helseid), metrics)
    freshness = Freshness(database, backlog_of(settings, database))

    async def read_catalogue(stop: asyncio.Event) -> None:
        await reconciliation.run(stop, settings.reconcile_seconds)

    async def keep_freshness(stop: asyncio.Event) -> None:
        await freshness.run(stop, settings.freshness_seconds)

    jobs = [read_catalogue, keep_freshness]
    return Worker(settings.service, database, HANDLERS, transport, metrics=metrics, jobs=jobs)


def main() -> None:
    main_with(Settings(), create_worker)


if __name__ == "__main__":
    main()
