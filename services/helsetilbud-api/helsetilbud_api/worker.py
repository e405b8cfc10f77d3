"""helsetilbud-api's worker: the relay, the consumer, the following of the catalogue and of consent, the reading of
patient lists, and how fresh everything is.
"""

import asyncio

import httpx

from helsetilbud_api.citizen.following import follow_consents, follow_tools
from helsetilbud_api.citizen.freshness import Freshness, backlog_of
from helsetilbud_api.citizen.handlers import HANDLERS
from helsetilbud_api.clients.catalog import tool_feed
from helsetilbud_api.clients.consent import consent_feed
from helsetilbud_api.clients.gp_register import GpRegister
from helsetilbud_api.offering.patient_lists import PatientLists
from helsetilbud_api.retention import RETENTION
from helsetilbud_api.settings import Settings
from shared.auth.client import HelseIdClient
from shared.citizenref import CitizenReferences
from shared.db import Database
from shared.messaging import Transport
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
) -> Worker:
    metrics = metrics or Metrics()
    http = http or TracedClient()
    helseid = HelseIdClient.from_settings(settings, http, timeout=5)
    references = CitizenReferences.from_secrets(settings.citizen_reference_keys, settings.citizen_reference_key_id)
    tools = follow_tools(database, tool_feed(settings.catalog_url, helseid), metrics)
    consents = follow_consents(database, consent_feed(settings.consent_url, helseid), metrics, references.renew)
    register = GpRegister.from_settings(settings, http)
    lists = PatientLists(database, register, references, metrics, allow_synthetic=settings.allow_synthetic)
    freshness = Freshness(database, backlog_of(settings, database))

    async def read_catalogue(stop: asyncio.Event) -> None:
        await tools.run(stop, settings.reconcile_seconds)

    async def read_consents(stop: asyncio.Event) -> None:
        await consents.run(stop, settings.reconcile_seconds)

    async def keep_freshness(stop: asyncio.Event) -> None:
        await freshness.run(stop, settings.freshness_seconds)

    async def read_patient_lists(stop: asyncio.Event) -> None:
        await lists.run(stop, settings.patient_lists_seconds)

    jobs = [read_catalogue, read_consents, read_patient_lists, keep_freshness]
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
