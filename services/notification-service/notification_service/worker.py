"""notification-service's worker: the relay, the consumer, and the sending of what waits."""

import asyncio
from contextlib import AsyncExitStack

import httpx

from notification_service.clients.email import MailServer
from notification_service.clients.sms import SmsGateway
from notification_service.notifying.handlers import HANDLERS, handlers
from notification_service.notifying.replaying import REPLAY_HANDLERS
from notification_service.sending.composing import Composer
from notification_service.sending.loop import Carrier, Sending, deliver
from notification_service.sending.measuring import DeliveryMetrics
from notification_service.settings import Settings
from notification_service.texts.templates import load_templates
from shared.db import Database
from shared.messaging import Transport
from shared.messaging.delivery import Clock, utc_now
from shared.metrics import Metrics
from shared.worker import Worker, main_with

__all__ = ["HANDLERS", "carriers", "create_worker", "main"]


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
    composer = Composer(load_templates(), settings.pages_url, settings.code_secret)

    async def send_notifications(stop: asyncio.Event) -> None:
        async with AsyncExitStack() as stack:
            client = http if http is not None else await stack.enter_async_context(httpx.AsyncClient())
            await deliver([sending(carrier) for carrier in carriers(settings, client, clock)], stop)

    def sending(carrier: Carrier) -> Sending:
        counting.watch(carrier.name, carrier.breaker)
        return Sending(database, carrier, composer, metrics=counting, parallel=settings.parallel_sends, clock=clock)

    return Worker(
        settings.service,
        database,
        handlers(settings.gathering),
        transport,
        metrics=metrics,
        jobs=[send_notifications],
        replay_handlers=REPLAY_HANDLERS,
    )


def carriers(settings: Settings, http: httpx.AsyncClient, clock: Clock) -> list[Carrier]:
    mail = MailServer(
        settings.smtp_host,
        settings.smtp_port,
        sender=settings.mail_from,
        clock=clock,
        starttls=settings.smtp_starttls,
        username=settings.smtp_username,
        password=settings.smtp_password,
    )
    sms = SmsGateway(http, settings.sms_url, settings.sms_api_key)
    return [Carrier("sms", sms, settings.sms_pace), Carrier("email", mail, settings.email_pace)]


def main() -> None:
    main_with(Settings(), create_worker)


if __name__ == "__main__":
    main()
