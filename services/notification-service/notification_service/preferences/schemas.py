"""Settings as requests and answers."""

import re
from datetime import time
from typing import Annotated, Any, Final, Self, get_args

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator

from notification_service.preferences import quiet
from notification_service.preferences.addresses import AddressMalformed, kept_address, needs_smtputf8, shown_address
from notification_service.preferences.models import CitizenSettings, Confirmation
from shared.errors import InvalidInput
from shared.events.notification import Channel
from shared.input_errors import invalid_value
from shared.language import Language, Text
from shared.nationalid import HELD, is_national_id
from shared.schemas import RequestSchema, Schema

# ITU-T E.164; Norwegian numbers have eight digits
_PHONE: Final = re.compile(r"\+(?:47[2-9][0-9]{7}|(?!47)[1-9][0-9]{7,14})")
_ELEVEN_DIGITS: Final = re.compile(r"(?=([0-9]{11}))")
_CLOCK: Final = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")

_NO_PHONE: Final[Text] = {
    "nb": "Et telefonnummer skrives som + med landkode og nummer, uten mellomrom.",
    "nn": "Eit telefonnummer blir skrive som + med landkode og nummer, utan mellomrom.",
    "en": "A phone number is + and country code and number, without spaces.",
}
_NO_EMAIL: Final[Text] = {
    "nb": "Dette er ikke en e-postadresse.",
    "nn": "Dette er ikkje ei e-postadresse.",
    "en": "This is not an e-mail address.",
}
_NO_SMTPUTF8: Final[Text] = {
    "nb": "E-posten vår kan ikke sendes til adresser med slike bokstaver foran @. Oppgi en annen adresse.",
    "nn": "E-posten vår kan ikkje sendast til adresser med slike bokstavar framfor @. Oppgi ei anna adresse.",
    "en": "Our e-mail cannot be sent to addresses with such letters before the @. Give another address.",
}
_TWICE: Final[Text] = {
    "nb": "Hver kanal kan bare nevnes én gang.",
    "nn": "Kvar kanal kan berre nemnast éin gong.",
    "en": "Each channel is named once.",
}
_NO_CLOCK: Final[Text] = {
    "nb": "Et klokkeslett skrives som 21:00.",
    "nn": "Eit klokkeslett blir skrive som 21:00.",
    "en": "A time of day is written as 21:00.",
}
_ALL_DAY: Final[Text] = {
    "nb": "Nattero kan ikke begynne og slutte på samme klokkeslett.",
    "nn": "Nattero kan ikkje byrje og slutte på same klokkeslett.",
    "en": "Quiet hours begin and end at different times.",
}


def _phone(value: str) -> str:
    if not _PHONE.fullmatch(value):
        raise invalid_value("phone_malformed", _NO_PHONE)
    return value


def _email(value: str) -> str:
    try:
        address = kept_address(value)
    except AddressMalformed:
        raise invalid_value("email_malformed", _NO_EMAIL) from None
    # I1: also not where somebody has made one part of their address
    if any(is_national_id(digits) for digits in _ELEVEN_DIGITS.findall(address)):
        raise invalid_value("email_holds_national_id", HELD)
    return address


def require_carried(email: str | None, smtp_utf8: bool) -> None:
    """Raises InvalidInput for an address that our mail server has no way to send to."""
    if email and needs_smtputf8(email) and not smtp_utf8:
        wrong = {"pointer": "/body/email", "code": "email-needs-smtputf8", "detail": _NO_SMTPUTF8}
        raise InvalidInput(errors=[wrong])


def _distinct(value: list[Channel]) -> list[Channel]:
    if len(set(value)) < len(value):
        raise invalid_value("channel_repeated", _TWICE)
    return value


def _clock(value: Any) -> Any:
    """Whole minutes only."""
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not _CLOCK.fullmatch(value):
        raise invalid_value("clock_malformed", _NO_CLOCK)
    return time.fromisoformat(value)


Phone = Annotated[str, Field(max_length=16), AfterValidator(_phone)]
Email = Annotated[str, Field(max_length=254), AfterValidator(_email)]
Channels = Annotated[
    list[Channel],
    Field(
        max_length=len(get_args(Channel)),
        description="All that are named are used; none means that nothing is sent",
        examples=[["sms", "email"]],
    ),
    AfterValidator(_distinct),
]
ClockTime = Annotated[
    time,
    BeforeValidator(_clock, json_schema_input_type=str),
    PlainSerializer(lambda value: f"{value:%H:%M}", return_type=str),
    Field(json_schema_extra={"type": "string", "format": None, "pattern": f"^{_CLOCK.pattern}$"}, examples=["21:00"]),
]

_EXAMPLE: Final[dict[str, Any]] = {
    "language": "nb",
    "phone": "+4790000001",
    "email": "kari@example.org",
    "channels": {
        "tool": ["sms", "email"],
        "reminder": ["sms"],
        "research": ["email"],
        "survey": [],
        "information": ["email"],
    },
    "quietHours": {"start": "21:00", "end": "08:00"},
}
_ABOUT_PHONE: Final = "E.164. Also used when an e-mail cannot be delivered"
_ABOUT_EMAIL: Final = (
    "Also used when an SMS cannot be delivered. Its domain is written with its letters, or in A-labels"
)
_ABOUT_OWN_EMAIL: Final = "Also used when an SMS cannot be delivered. Its domain is written with its letters"


class QuietHours(RequestSchema):
    """When no SMS comes that can wait, by Norwegian time; over midnight when `end` is the earlier. E-mail may come."""

    start: ClockTime
    end: ClockTime

    @model_validator(mode="after")
    def _not_all_day(self) -> Self:
        if self.start == self.end:
            raise invalid_value("quiet_all_day", _ALL_DAY)
        return self

    def hours(self) -> quiet.QuietHours:
        return quiet.QuietHours(self.start, self.end)


class ChannelChoices(RequestSchema):
    """Channels for each category of notifications.

    A category that is left out is like `tool`; and `tool` left out is SMS, or e-mail when there is no phone number.
    """

    tool: Annotated[Channels | None, Field(description="Digital health tools sent to me")] = None
    reminder: Annotated[Channels | None, Field(description="Deadlines that come near")] = None
    research: Annotated[Channels | None, Field(description="Letters from studies that I take part in")] = None
    survey: Annotated[Channels | None, Field(description="Questions about how I found the health service")] = None
    information: Annotated[Channels | None, Field(description="Other letters from the health service")] = None


class EffectiveChannels(Schema):
    """Channels for each category, as they count now."""

    tool: list[Channel]
    reminder: list[Channel]
    research: list[Channel]
    survey: list[Channel]
    information: list[Channel]


class NotificationSettingsChange(RequestSchema):
    """Replaces the settings as a whole. Quiet hours that are left out are the usual ones; null is none."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    language: Annotated[Language, Field(description="The language of notifications")]
    phone: Annotated[Phone | None, Field(description=_ABOUT_PHONE)] = None
    email: Annotated[Email | None, Field(description=_ABOUT_EMAIL)] = None
    channels: ChannelChoices = ChannelChoices()
    quiet_hours: QuietHours | None = QuietHours(
        start=quiet.DEFAULT_QUIET_HOURS.start, end=quiet.DEFAULT_QUIET_HOURS.end
    )

    def settings(self) -> CitizenSettings:
        quiet_hours = self.quiet_hours.hours() if self.quiet_hours else None
        return CitizenSettings(
            self.language, self.phone, self.email, self.channels.model_dump(exclude_none=True), quiet_hours
        )


class NotificationSettings(Schema):
    """Before they are set for the first time: bokmål and no contact points, so that nothing is sent.

    `phone` and `email` are what was given last. One that is not confirmed is not used: its code has been sent there,
    and until it is confirmed the one before it is used, where there was one.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [_EXAMPLE | {"phoneConfirmed": True, "emailConfirmed": False}]}
    )

    language: Language
    phone: Annotated[str | None, Field(description=_ABOUT_PHONE)]
    phone_confirmed: bool
    email: Annotated[str | None, Field(description=_ABOUT_OWN_EMAIL)]
    email_confirmed: bool
    channels: EffectiveChannels
    quiet_hours: QuietHours | None

    @classmethod
    def of(cls, found: CitizenSettings, pending: dict[Channel, Confirmation]) -> Self:
        names = EffectiveChannels.model_fields
        return cls(
            language=found.language,
            phone=_shown(found, pending, "sms"),
            phone_confirmed=found.phone is not None and "sms" not in pending,
            email=_shown(found, pending, "email"),
            email_confirmed=found.email is not None and "email" not in pending,
            channels=EffectiveChannels(**{name: list(found.chosen(name)) for name in names}),
            quiet_hours=_quiet_hours(found.quiet_hours),
        )


def _shown(found: CitizenSettings, pending: dict[Channel, Confirmation], channel: Channel) -> str | None:
    contact = pending[channel].contact_point if channel in pending else found.contact_point(channel)
    return shown_address(contact) if contact and channel == "email" else contact


def _quiet_hours(hours: quiet.QuietHours | None) -> QuietHours | None:
    return QuietHours(start=hours.start, end=hours.end) if hours else None


class ContactPointCode(RequestSchema):
    """The six digits that were sent to the new phone number or e-mail address."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"code": "048213"}]})

    code: Annotated[str, Field(pattern=r"^[0-9]{6}$", description="As it was sent")]
