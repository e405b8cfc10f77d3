"""What this service is told from outside, besides what every service is."""

import hashlib
import hmac
from datetime import timedelta
from email.utils import parseaddr
from typing import Annotated

from pydantic import Field, SecretStr, field_validator

from notification_service.digests import Digests
from notification_service.notifying.models import Gathering
from notification_service.pace import Pace
from notification_service.preferences.addresses import AddressMalformed, kept_address, needs_smtputf8
from notification_service.receipts.models import Provider
from shared.settings import CallingServiceSettings, Count, Port

PerSecond = Annotated[float, Field(gt=0, le=10_000)]


class Settings(CallingServiceSettings):
    service: str = "notification-service"
    audience: str = "nhn:varsling"

    sms_url: str = Field(description="Base address of the SMS gateway")
    sms_api_key: SecretStr
    sms_per_second: PerSecond | None = Field(None, description="The most that the gateway takes from all our workers")

    smtp_host: str
    smtp_port: Port = 587
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_starttls: bool = Field(True, description="Refuse to send without TLS; off only where the network is our own")
    smtp_utf8: bool = Field(
        False,
        description="Whether the mail server, and what it hands on to, carries addresses with letters beyond ASCII"
        " before the @ (SMTPUTF8, RFC 6531); citizens are refused such an address otherwise",
    )
    mail_from: str = Field(
        pattern=r"^[^\r\n]*[^\s<>@]+@[^\s<>@]+>?$",
        description="Who e-mail is from: an address, or a name and an address in angle brackets",
    )

    @field_validator("mail_from")
    @classmethod
    def _in_a_labels(cls, sender: str) -> str:
        """Raises ValueError for an address that some mail servers cannot carry, whoever it is to."""
        address = parseaddr(sender)[1]
        if address.isascii():
            return sender
        try:
            kept = kept_address(address)
        except AddressMalformed:
            raise ValueError("MAIL_FROM has no address that e-mail can be from") from None
        if needs_smtputf8(kept):
            raise ValueError("MAIL_FROM has letters beyond ASCII before the @")
        return sender.replace(address, kept)

    email_per_second: PerSecond | None = Field(None, description="The most that the mail server takes")

    pages_url: str = Field(
        pattern=r"^https?://\S+$",
        description="The citizen's own pages, as linked to from e-mail; the same for everybody",
    )
    parallel_sends: Annotated[int, Field(ge=1, le=100)] = Field(8, description="At once, on each channel")
    gather_seconds: Annotated[float, Field(ge=0, le=3600)] = Field(
        120, description="How long a notification waits for others to go with it; 0 sends each by itself at once"
    )

    receipt_secrets: dict[Provider, SecretStr] = Field(
        {}, description="What each provider signs its delivery receipts with; who has none sends none"
    )

    consent_url: str = Field(description="Base address of consent-api")
    catalog_url: str = Field(description="Base address of catalog-api, for its change feed")
    campaign_link_origins: tuple[str, ...] = Field(
        (), description="Where links of campaigns may lead: https://www.helsenorge.no, say"
    )

    codes_per_day: Count = Field(10, description="Confirmation codes that one person asks for, whomever they act for")
    organisation_codes_per_day: Count = Field(50, description="The same, of everybody at one organisation that sends")
    codes_to_one_per_day: Count = Field(10, description="Confirmation codes to one address, whoever asks for them")
    test_messages_per_day: Count = Field(40, description="Of campaigns' tests, by one author")
    organisation_lists_per_day: Count = Field(
        200, description="Lists of recipients, and checks of campaigns, by one organisation: each tells of people"
    )
    organisation_campaigns_per_day: Count = Field(100, description="Campaigns written, by one organisation")
    organisation_test_messages_per_day: Count = Field(200, description="The same, by everybody at one organisation")

    @property
    def gathering(self) -> Gathering:
        return Gathering(timedelta(seconds=self.gather_seconds))

    @property
    def sms_pace(self) -> Pace | None:
        return Pace(self.sms_per_second) if self.sms_per_second else None

    @property
    def email_pace(self) -> Pace | None:
        return Pace(self.email_per_second) if self.email_per_second else None

    @property
    def code_secret(self) -> bytes:
        """What confirmation codes are made from: a key of its own out of the one that references are made with."""
        return hmac.digest(self._key, b"confirmation codes", hashlib.sha256)

    @property
    def digests(self) -> Digests:
        return Digests.keyed(self._key)

    @property
    def _key(self) -> bytes:
        return self.citizen_reference_keys[self.citizen_reference_key_id].get_secret_value().encode()
