"""notification-service's worker: the relay, the consumer, the sending of what waits, the feeding of campaigns, and the
following of those whose word decides what is sent.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from notification_service.campaigns.feeding import Feeder
from notification_service.campaigns.outside import outside
from notification_service.clients.consent import TIMEOUT
from notification_service.clients.feeds import consent_feed, tool_feed
from notification_service.notifying.following import FOLLOW_SECONDS, follow_consents, follow_tools
from notification_service.notifying.handlers import HANDLERS, handlers
from notification_service.notifying.replaying import REPLAY_HANDLERS
from notification_service.retention import RETENTION
from notification_service.sending.carriers import Carrier, carriers
from notification_service.sending.composing import Composer
from notification_service.sending.loop import Sending, deliver
from notification_service.sending.measuring import DeliveryMetrics
from notification_service.settings import Settings
from notification_service.texts.templates import load_templates
from shared.auth.client import HelseIdClient
from shared.citizenref import CitizenReferences
from shared.db import Database
from shared.messaging import Transport
from shared.messaging.delivery import Clock, utc_now
from shared.metrics import Metrics
from shared.tracing.calls import TracedClient
from shared.worker import Worker, main_with

__all__ = ["HANDLERS", "create_worker", "main"]


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
    counting = DeliveryMetrics(metrics)
    references = CitizenReferences.from_secrets(settings.citizen_reference_keys, settings.citizen_reference_key_id)
    composer = Composer(load_templates(), settings.pages_url, settings.code_secret)

    async def send_notifications(stop: asyncio.Event) -> None:
        async with _client(http) as client:
            await deliver([sending(carrier) for carrier in carriers(settings, client, clock)], stop)

    async def feed_campaigns(stop: asyncio.Event) -> None:
        async with _client(http) as client:
            consent, checking = outside(settings, database, client)
            await Feeder(database, consent, checking, clock=clock).run(stop)

    def sending(carrier: Carrier) -> Sending:
        counting.watch(carrier.name, carrier.breaker)
        own = clock is utc_now
        parallel = settings.parallel_sends
        return Sending(database, carrier, composer, metrics=counting, parallel=parallel, clock=clock, by_database=own)

    async def follow_owners(stop: asyncio.Event) -> None:
        async with _client(http) as client:
            helseid = HelseIdClient.from_settings(settings, client, timeout=TIMEOUT)
            consents, tools = consent_feed(settings.consent_url, helseid), tool_feed(settings.catalog_url, helseid)
            following = follow_consents(database, consents, metrics, references.renew, clock, settings.gathering)
            await asyncio.gather(
                following.run(stop, FOLLOW_SECONDS),
                follow_tools(database, tools, metrics, clock).run(stop, FOLLOW_SECONDS),
            )

    return Worker(
        settings.service,
        database,
        handlers(settings.gathering),
        transport,
        metrics=metrics,
        jobs=[send_notifications, feed_campaigns, follow_owners],
        replay_handlers=REPLAY_HANDLERS,
        references=references,
        retention=RETENTION,
    )


@asynccontextmanager
async def _client(given: httpx.AsyncClient | None) -> AsyncIterator[httpx.AsyncClient]:
    if given is not None:
        yield given
        return
    async with TracedClient() as client:
        yield client


def main() -> None:
    main_with(Settings(), create_worker)


if __name__ == "__main__":
    main()
