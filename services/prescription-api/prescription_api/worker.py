"""prescription-api's worker: the relay, the consumer, the following of the catalogue, the access log's quarters, and
what time and stops do to prescriptions.
"""

import asyncio

import httpx

from prescription_api.accesslog.quarters import quarters_of
from prescription_api.clients.catalog import tool_feed
from prescription_api.due import Deadlines
from prescription_api.following import follow_tools
from prescription_api.handlers import HANDLERS
from prescription_api.retention import RETENTION
from prescription_api.settings import Settings
from prescription_api.stopping import Stops
from shared.auth.client import HelseIdClient
from shared.citizenref import CitizenReferences
from shared.db import Database
from shared.messaging import Transport
from shared.messaging.delivery import Clock, utc_now
from shared.metrics import Metrics
from shared.tracing.calls import TracedClient
from shared.worker import Worker, main_with


def create_worker(
    settings: Settings,
    database: Database,
    transport: Transport,
    *,
    http: httpx.AsyncClient | None = None,
    metrics: Metrics | None = None,
    clock: Clock = utc_now,
) -> Worker:
    metrics = metrics or Metrics()
    http = http or TracedClient()
    helseid = HelseIdClient.from_settings(settings, http, timeout=5)
    tools = follow_tools(database, tool_feed(settings.catalog_url, helseid), metrics)

    async def read_catalogue(stop: asyncio.Event) -> None:
        await tools.run(stop, settings.reconcile_seconds)

    deadlines, stops = Deadlines(database, settings.reminder_days, clock), Stops(database, clock)

    async def keep_deadlines(stop: asyncio.Event) -> None:
        await deadlines.run(stop, settings.lifecycle_seconds)

    async def follow_stops(stop: asyncio.Event) -> None:
        await stops.run(stop, settings.lifecycle_seconds)

    jobs = [read_catalogue, quarters_of(database).run, keep_deadlines, follow_stops]
    references = CitizenReferences.from_secrets(settings.citizen_reference_keys, settings.citizen_reference_key_id)
    return Worker(
        settings.service,
        database,
        HANDLERS,
        transport,
        metrics=metrics,
        jobs=jobs,
        references=references,
        retention=RETENTION,
    )


def main() -> None:
    main_with(Settings(), create_worker)


if __name__ == "__main__":
    main()
