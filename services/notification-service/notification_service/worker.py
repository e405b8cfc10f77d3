"""notification-service's worker: the relay, the consumer, and the sending of what waits."""

import asyncio
from contextlib import AsyncExitStack

import httpx

from notification_service.clients.email import MailServer
from notification_service.clients.sms import SmsGateway
from notification_service.delivery import Carrier, Sending, deliver
from notification_service.handlers import HANDLERS
from notification_service.measuring import DeliveryMetrics
from notification_service.settings import Settings
from shared.db import Database
from shared.messaging import Transport
from shared.messaging.delivery import Clock, utc_now
from shared.metrics import Metrics
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
    counting = DeliveryMetrics(metrics)

    async def send_notifications(stop: asyncio.Event) -> None:
        async with AsyncExitStack() as stack:
            client = http if http is not None else await stack.enter_async_context(httpx.AsyncClient())
            await deliver([sending(carrier) for carrier in carriers(settings, client, clock)], stop)

    def sending(carrier: Carrier) -> Sending:
        return Sending(
            database,
            carrier,
            pages_url=settings.pages_url,
            metrics=counting,
            parallel=settings.parallel_sends,
            clock=clock,
        )

    return Worker(settings.service, database, HANDLERS, transport, metrics=metrics, jobs=[send_notifications])


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
    return [Carrier("sms", SmsGateway(http, settings.sms_url, settings.sms_api_key)), Carrier("email", mail)]


def main() -> None:
    main_with(Settings(), create_worker)


if __name__ == "__main__":
    main()
