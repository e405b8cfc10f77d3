"""Request and response models."""

import re
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from notification_service.models import Category, CitizenSettings, Kind, Status
from shared.events.notification import Channel
from shared.language import Language
from shared.nationalid import is_national_id
from shared.paging import Page
from shared.schemas import RequestSchema, Schema, Timestamp

# ITU-T E.164; Norwegian numbers have eight digits
_PHONE: Final = re.compile(r"\+(?:47[2-9][0-9]{7}|(?!47)[1-9][0-9]{7,14})")
# Narrower than RFC 5321: no quoting, no comments, nothing that ends a header line, ASCII only
_EMAIL: Final = re.compile(
    r"(?=.{6,254}\Z)(?!.{65,}@)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)
_ELEVEN_DIGITS: Final = re.compile(r"(?=([0-9]{11}))")


def _phone(value: str) -> str:
    if not _PHONE.fullmatch(value):
        raise PydanticCustomError("phone_malformed", "A phone number is + and country code and number, without spaces.")
    return value


def _email(value: str) -> str:
    if not _EMAIL.fullmatch(value):
        raise PydanticCustomError("email_malformed", "This is not an e-mail address.")
    # I1: also not where somebody has made one part of their address
    if any(is_national_id(digits) for digits in _ELEVEN_DIGITS.findall(value)):
        raise PydanticCustomError("email_holds_national_id", "An address with a national identity number is not kept.")
    return value


def _distinct(value: list[Channel]) -> list[Channel]:
    if len(set(value)) < len(value):
        raise PydanticCustomError("channel_repeated", "Each channel is named once.")
    return value


Phone = Annotated[str, Field(max_length=16), AfterValidator(_phone)]
Email = Annotated[str, Field(max_length=254), AfterValidator(_email)]
Channels = Annotated[
    list[Channel],
    Field(description="All that are named are used; none means that nothing is sent", examples=[["sms", "email"]]),
    AfterValidator(_distinct),
]

_EXAMPLE: Final[dict[str, Any]] = {
    "language": "nb",
    "phone": "+4790000001",
    "email": "kari@example.org",
    "channels": {"tool": ["sms", "email"]},
}
_ABOUT_PHONE: Final = "E.164. Also used when an e-mail cannot be delivered"
_ABOUT_EMAIL: Final = "Also used when an SMS cannot be delivered"


class ChannelChoices(RequestSchema):
    """Channels for each category of notifications."""

    tool: Annotated[Channels, Field(description="Digital health tools sent to me")]


class NotificationSettingsChange(RequestSchema):
    """Replaces the settings as a whole."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    language: Annotated[Language, Field(description="The language of notifications")]
    phone: Annotated[Phone | None, Field(description=_ABOUT_PHONE)] = None
    email: Annotated[Email | None, Field(description=_ABOUT_EMAIL)] = None
    channels: ChannelChoices

    def settings(self) -> CitizenSettings:
        return CitizenSettings(self.language, self.phone, self.email, self.channels.model_dump())


class NotificationSettings(Schema):
    """Before they are set for the first time: bokmål, no contact points and no channels, so that nothing is sent."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    language: Language
    phone: Annotated[str | None, Field(description=_ABOUT_PHONE)]
    email: Annotated[str | None, Field(description=_ABOUT_EMAIL)]
    channels: ChannelChoices


class Notification(Schema):
    """`reason` is why it was dropped or failed, or why it is to be tried again:

    `no-channel` (no channel was chosen), `turned-off`, `revoked`, `expired`, `tool-stopped`, `consent-withdrawn`,
    `no-contact-point`, `sms-refused`, `mail-refused`, `sms-gateway-unavailable`, `sms-gateway-unclear`,
    `mail-server-unavailable`, `timeout`, `outcome-unknown`, `internal-error`. More may come.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "notificationId": "0b0e8a52-7c1f-4d0a-9a44-6b8d7d1f2c10",
                    "kind": "tool-prescribed",
                    "about": "6f6f0c3e-0c0b-4f38-8f0e-2f0c5e0f7a11",
                    "category": "tool",
                    "channel": "sms",
                    "to": "+47******01",
                    "status": "sent",
                    "reason": None,
                    "attempts": 1,
                    "createdAt": "2026-11-22T08:15:30.123Z",
                    "sentAt": "2026-11-22T08:15:30.168Z",
                }
            ]
        }
    )

    notification_id: UUID
    kind: Annotated[Kind, Field(description="What has happened")]
    about: Annotated[str, Field(description="The id of what it happened to; a prescriptionId for `tool-prescribed`")]
    category: Category
    channel: Annotated[Channel | None, Field(description="Null when none was chosen")]
    to: Annotated[str | None, Field(description="Where it was sent, shortened so that only its owner knows it")]
    status: Status
    reason: str | None
    attempts: Annotated[int, Field(ge=0)]
    created_at: Timestamp
    sent_at: Timestamp | None


class NotificationPage(Page[Notification]):
    """Newest first. `nextCursor` is null on the last page."""
