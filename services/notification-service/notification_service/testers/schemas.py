"""Contact points for test sendings as requests and answers."""

from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from notification_service.preferences.schemas import Email, Phone
from notification_service.testers import models
from shared.events.notification import Channel
from shared.input_errors import invalid_value
from shared.language import Language, Text
from shared.paging import Page
from shared.schemas import RequestSchema, Schema, Timestamp

CONTACT_POINT_NEEDED: Final[Text] = {
    "nb": "Oppgi et telefonnummer eller en e-postadresse.",
    "nn": "Oppgi eit telefonnummer eller ei e-postadresse.",
    "en": "A phone number or an e-mail address is needed.",
}
_ONE_OF_TWO: Final[Text] = {
    "nb": "Oppgi enten et telefonnummer eller en e-postadresse, ikke begge.",
    "nn": "Oppgi anten eit telefonnummer eller ei e-postadresse, ikkje begge.",
    "en": "Either a phone number or an e-mail address is needed.",
}
_EXAMPLE: Final[dict[str, Any]] = {
    "testContactId": "3d6ad5b3-64ad-4a6f-9a53-9b1de5f3c0a7",
    "channel": "sms",
    "to": "+47******01",
    "own": True,
    "confirmed": False,
    "expiresAt": "2026-11-22T08:30:30.123Z",
}


class TestContactWanted(RequestSchema):
    """One of the two; the code is sent there, in this language."""

    __test__ = False  # pytest would take it for tests

    model_config = ConfigDict(json_schema_extra={"examples": [{"language": "nb", "phone": "+4790000001"}]})

    language: Language
    phone: Phone | None = None
    email: Email | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.phone is None) == (self.email is None):
            raise invalid_value("one_contact_point", _ONE_OF_TWO)
        return self

    def place(self) -> tuple[Channel, str]:
        return ("sms", self.phone) if self.phone else ("email", self.email or "")


class TestContactState(Schema):
    """A contact point of somebody's at my organisation. The address itself is not kept."""

    __test__ = False  # as above

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    test_contact_id: UUID
    channel: Channel
    to: Annotated[str, Field(description="Shortened")]
    own: Annotated[bool, Field(description="Whether it is that of the person who calls")]
    confirmed: bool
    expires_at: Annotated[
        Timestamp, Field(description="Until then the code is good; once confirmed, the contact point")
    ]

    @classmethod
    def of(cls, found: models.TestContact, person: str | None) -> Self:
        return cls(
            test_contact_id=found.test_contact_id,
            channel=found.channel,
            to=found.shown,
            own=found.person == person,
            confirmed=found.confirmed_at is not None,
            expires_at=found.expires_at,
        )


class TestContactPage(Page[TestContactState]):
    """Newest first. `nextCursor` is null on the last page."""

    __test__ = False  # as above
