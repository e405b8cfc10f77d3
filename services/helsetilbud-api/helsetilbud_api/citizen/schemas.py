"""Request and response models. Pages are written by `rendering`, which tests hold to these."""

from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from helsetilbud_api.citizen.models import HiddenReason, Kind, Origin
from shared.paging import Page
from shared.schemas import Schema, Timestamp, growing

_TOOL = "0296a880-2aab-4e06-8968-eee2900e49ec"
_PRESCRIPTION = "6f6f0c3e-0c0b-4f38-8f0e-2f0c5e0f7a11"
_FRESHNESS: JsonDict = {"asOf": "2026-11-22T08:15:29.900Z"}


class Freshness(Schema):
    as_of: Annotated[
        Timestamp | None,
        Field(
            description="What happened before this, and was sent on by the service where it happened, is on the page."
            " Stands still while events wait to be handled, and while the owner of consents or of tools does not"
            " answer; null when it is not known."
        ),
    ]


class Hidden(Schema):
    """S6: the list has no items because the citizen's consent is below full; they show again when it is full."""

    reason: HiddenReason
    text: Annotated[str, Field(description="For the citizen")]


class PrescribedBy(Schema):
    name: str
    profession: Annotated[str | None, Field(description="Code of Norwegian code system 9060", examples=["LE"])]
    organisation: Annotated[str, Field(description="Organisation number")]
    organisation_name: str | None


_MY_TOOL_EXAMPLE: JsonDict = {
    "toolId": _TOOL,
    "name": "Søvntrappa",
    "shortText": "Et behandlingsprogram for deg som har sovet dårlig lenge.",
    "origin": "prescribed",
    "new": True,
    "addedAt": "2026-11-22T08:15:30.123Z",
    "prescriptionId": _PRESCRIPTION,
    "prescribedBy": {
        "name": "Ine Eksempel",
        "profession": "LE",
        "organisation": "299900130",
        "organisationName": "Eksempel legesenter",
    },
    "prescribedAt": "2026-11-22T08:15:30.123Z",
    "deadline": "2026-12-22T22:59:59.000Z",
    "openedAt": None,
    "lastOpenedAt": None,
    "withdrawn": False,
    "withdrawnCategory": None,
    "withdrawnText": None,
}


class MyTool(Schema):
    """One of the citizen's tools (M1, M6). What is about the prescription is null for a tool the citizen added."""

    model_config = ConfigDict(json_schema_extra={"examples": [_MY_TOOL_EXAMPLE]})

    tool_id: UUID
    name: Annotated[str | None, Field(description="Null for the moments until the catalogue has told about the tool")]
    short_text: str | None
    origin: Origin
    new: Annotated[bool, Field(description="Prescribed and not opened yet")]
    added_at: Timestamp
    prescription_id: UUID | None
    prescribed_by: PrescribedBy | None
    prescribed_at: Timestamp | None
    deadline: Annotated[Timestamp | None, Field(description="When it should have been taken into use (P7)")]
    opened_at: Annotated[Timestamp | None, Field(description="The first time")]
    last_opened_at: Timestamp | None
    withdrawn: Annotated[bool, Field(description="Stopped by the catalogue: it is still listed, and cannot be opened")]
    withdrawn_category: Annotated[str | None, Field(description="A code of the catalogue's list `stop-reasons`")]
    withdrawn_text: Annotated[str | None, Field(description="Why, in words for the citizen")]


_MESSAGE: Final[JsonDict] = {"message": "Begynn med første kapittel.", "messageMissing": False}


class WithMessage(Schema):
    message: Annotated[
        str | None, Field(description="What the practitioner wrote to the patient (P8), lines and all; plain text")
    ]
    message_missing: Annotated[
        bool, Field(description="There is a message, or may be one, that cannot be shown now: try again later")
    ]


class MyToolPage(MyTool, WithMessage):
    """With what is read on the tool's own page."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [_MY_TOOL_EXAMPLE | {"longText": "Søvntrappa er et program på seks uker ..."} | _MESSAGE]
        }
    )

    long_text: str | None


class MyTools(Page[MyTool]):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"items": [_MY_TOOL_EXAMPLE], "nextCursor": None, "hidden": None, "freshness": _FRESHNESS},
            ]
        }
    )

    hidden: Hidden | None
    freshness: Freshness


class Notified(Schema):
    """A message sent about the entry, or given up on."""

    channel: Literal["sms", "email"]
    outcome: Literal["sent", "failed"]
    at: Timestamp


_FEED_EVENT_EXAMPLE: JsonDict = {
    "feedEventId": "1c7b2b52-5d8d-5c43-9d0f-6e0a4f6b7c11",
    "kind": "tool-prescribed",
    "occurredAt": "2026-11-22T08:15:30.123Z",
    "title": "Du har fått et nytt verktøy",
    "text": "Ine Eksempel har sendt deg «Søvntrappa».",
    "toolId": _TOOL,
    "prescriptionId": _PRESCRIPTION,
    "about": f"/v1/me/tools/{_TOOL}",
    "reason": None,
    "notified": [{"channel": "sms", "outcome": "sent", "at": "2026-11-22T08:15:32.456Z"}],
}


class WhyOver(Schema):
    code: Annotated[str, Field(description="Of why it was taken back or ended, or of the catalogue's `stop-reasons`")]
    text: Annotated[str, Field(description="The same in words for the citizen")]


class FeedEvent(Schema):
    model_config = ConfigDict(json_schema_extra={"examples": [_FEED_EVENT_EXAMPLE]})

    feed_event_id: UUID
    kind: Annotated[
        Kind, growing(Kind), Field(description="More kinds may come; show `title` and `text` of one that is not known")
    ]
    occurred_at: Timestamp
    title: Annotated[str, Field(description="For the citizen, in the language of the answer")]
    text: str
    tool_id: UUID
    prescription_id: UUID | None
    about: Annotated[
        str | None,
        Field(description="Address of what it is about, in this API; null when that is no longer the citizen's"),
    ]
    reason: Annotated[WhyOver | None, Field(description="Why the tool was revoked, ended or withdrawn")]
    notified: list[Notified]


class FeedEventPage(FeedEvent, WithMessage):
    """With what is read when it is opened."""

    model_config = ConfigDict(json_schema_extra={"examples": [_FEED_EVENT_EXAMPLE | _MESSAGE]})


class Feed(Page[FeedEvent]):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"items": [_FEED_EVENT_EXAMPLE], "nextCursor": None, "hidden": None, "freshness": _FRESHNESS},
            ]
        }
    )

    hidden: Hidden | None
    freshness: Freshness


class OpenedTool(Schema):
    model_config = ConfigDict(json_schema_extra={"examples": [{"url": "https://sovntrappa.example/start"}]})

    url: Annotated[str, Field(description="Where to send the citizen, at once: a launch code in it lives for 60 s")]
