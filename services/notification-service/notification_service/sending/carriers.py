"""The providers, each by its channel, as the settings name them."""

from dataclasses import dataclass, field

import httpx

from notification_service.clients import Channel
from notification_service.clients.email import MailServer
from notification_service.clients.sms import SmsGateway
from notification_service.sending.breaker import Breaker
from notification_service.sending.pace import Pace
from notification_service.settings import Settings
from shared.events.notification import Channel as ChannelName
from shared.messaging.delivery import Clock


@dataclass(frozen=True, slots=True)
class Carrier:
    """A channel, by what carries its messages. `pace` is the most that the provider takes, from all of us together."""

    name: ChannelName
    channel: Channel
    pace: Pace | None = None
    breaker: Breaker = field(default_factory=Breaker)


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
