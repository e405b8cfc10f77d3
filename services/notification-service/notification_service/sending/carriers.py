"""The providers, each by its channel, as the settings name them."""

from dataclasses import dataclass
from typing import Final

import httpx

from notification_service.clients import Channel
from notification_service.clients.email import MailServer
from notification_service.clients.sms import SmsGateway
from notification_service.pace import Pace
from notification_service.settings import Settings
from shared.breaker import CircuitBreaker
from shared.events.notification import Channel as ChannelName
from shared.messaging.delivery import Clock

# seconds for which a provider that keeps failing is left alone
FIRST_PAUSE: Final = 5.0
LONGEST_PAUSE: Final = 60.0


@dataclass(frozen=True, slots=True)
class Carrier:
    """A channel, by what carries its messages. `pace` is the most that the provider takes, from all of us together."""

    name: ChannelName
    channel: Channel
    breaker: CircuitBreaker
    pace: Pace | None = None


def provider_breaker(clock: Clock) -> CircuitBreaker:
    """V4. What is not sent meanwhile climbs the same ladder as what was refused, so that a citizen who can be reached
    by the other channel is, however long the outage lasts.
    """
    return CircuitBreaker(pause=FIRST_PAUSE, longest_pause=LONGEST_PAUSE, clock=lambda: clock().timestamp())


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
    return [
        Carrier("sms", sms, provider_breaker(clock), settings.sms_pace),
        Carrier("email", mail, provider_breaker(clock), settings.email_pace),
    ]
