"""Notifications as answers."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field
from sqlalchemy import RowMapping

from notification_service.notifying.explaining import explain
from notification_service.notifying.models import Kind
from notification_service.preferences.models import Category
from shared.events.notification import Channel
from shared.paging import Page
from shared.plain_text import one_line
from shared.schemas import RequestSchema, Schema, Timestamp, growing

Status = Literal["accepted", "sent", "delivered", "failed", "dropped"]
ShownCategory = Literal[Category, "account"]
_SHOWN: Final[Mapping[str, Status]] = {"waiting": "accepted", "sending": "accepted"}

_EXAMPLE: Final[dict[str, Any]] = {
    "notificationId": "0b0e8a52-7c1f-4d0a-9a44-6b8d7d1f2c10",
    "kind": "tool-prescribed",
    "about": "6f6f0c3e-0c0b-4f38-8f0e-2f0c5e0f7a11",
    "onBehalf": False,
    "category": "tool",
    "channel": "sms",
    "to": "+47******01",
    "status": "delivered",
    "reason": None,
    "explanation": "Du fikk SMS fordi du har valgt det i innstillingene dine.",
    "attempts": 1,
    "createdAt": "2026-11-22T08:15:30.123Z",
    "sentAt": "2026-11-22T08:17:30.168Z",
    "deliveredAt": "2026-11-22T08:17:33.402Z",
    "messageId": "0b0e8a52-7c1f-4d0a-9a44-6b8d7d1f2c10",
}
_TRAIL: Final = [
    {"at": "2026-11-22T08:15:30.123Z", "step": "created", "channel": "sms"},
    {"at": "2026-11-22T08:15:30.123Z", "step": "held", "reason": "gathering", "until": "2026-11-22T08:17:30.123Z"},
    {"at": "2026-11-22T08:17:30.168Z", "step": "sent", "to": "+47******01", "attempt": 1},
    {"at": "2026-11-22T08:17:33.402Z", "step": "delivered"},
]


class Notification(Schema):
    """`status`: `accepted` waits or is being sent, `sent` is with the provider, `delivered` has arrived.

    `reason` is why it was dropped or failed, or why it is to be tried again: `no-channel`, `no-contact-point`,
    `turned-off`, `revoked`, `expired`, `ended`, `opened`, `removed`, `tool-stopped`, `consent-withdrawn`, `no-consent`,
    `told-others`, `told-nobody`, `no-longer-acting`, `recipients-unknown`, `reserved-research`,
    `reserved`, `too-late`, `superseded`, `campaign-stopped`, `sms-refused`, `mail-refused`, `undeliverable`,
    `sms-gateway-unavailable`, `sms-gateway-unclear`, `mail-server-unavailable`, `provider-paused`, `timeout`,
    `outcome-unknown`, `internal-error`. More may come. `explanation` is for people, in the language asked for.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    notification_id: UUID
    kind: Annotated[Kind, growing(Kind), Field(description="What has happened; more kinds may come")]
    about: Annotated[str, Field(description="The id of what it happened to: a prescription's or a campaign's, say")]
    on_behalf: Annotated[bool, Field(description="Whether it is about somebody for whom one acts, a child say")]
    category: ShownCategory
    channel: Annotated[Channel | None, Field(description="Null when none was chosen")]
    to: Annotated[str | None, Field(description="Where it was sent, shortened so that only its owner knows it")]
    status: Status
    reason: str | None
    explanation: str
    attempts: Annotated[int, Field(ge=0)]
    created_at: Timestamp
    sent_at: Timestamp | None
    delivered_at: Timestamp | None
    message_id: Annotated[UUID | None, Field(description="The same for all that went in one message")]

    @classmethod
    def of(cls, row: RowMapping, language: str) -> Self:
        """From a row of `notifying.queries`; what this class does not show is left out."""
        shown = {name: row[name] for name in cls.model_fields if name in row}
        words = explain(row)[language]
        shown |= {"to": row["sent_to"], "status": shown_status(row["status"]), "explanation": words}
        return cls(**shown, on_behalf=row["concerns"] is not None)


def shown_status(status: str) -> Status:
    return _SHOWN.get(status, status)  # type: ignore[arg-type] # the others have the same name


class NotificationPage(Page[Notification]):
    """Newest first. `nextCursor` is null on the last page."""


class TrailStep(Schema):
    """One thing that became of it. `until` is when it goes on, where it waits."""

    at: Timestamp
    step: Annotated[str, Field(description="created, gathered, held, attempt-failed, sent, delivered, dropped, ...")]
    channel: Channel | None = None
    reason: str | None = None
    until: Timestamp | None = None
    attempt: int | None = None
    to: str | None = None
    together: Annotated[int | None, Field(description="How many notifications went in one message")] = None
    by: Annotated[str | None, Field(description="The operator's role, where one stepped in")] = None


class NotificationTrail(Notification):
    """Everything that became of it, oldest first: why I did, or did not, get this."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [_EXAMPLE | {"template": "tool-prescribed.v2", "trail": _TRAIL}]}
    )

    template: Annotated[str | None, Field(description="The text that it was sent with, and its version")]
    trail: Sequence[TrailStep]


class NotificationTrailPage(Page[NotificationTrail]):
    """Newest first. `nextCursor` is null on the last page."""


class Person(RequestSchema):
    national_id: Annotated[str, Field(min_length=11, max_length=11, description="Eleven digits; not kept")]


class NotificationQuestion(RequestSchema):
    """`reason` is what the citizen asked, or a case number; it is kept with the look-up, and the citizen reads it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"citizen": {"nationalId": "11870150050"}, "reason": "Sak 2026/118"}]}
    )

    citizen: Person
    reason: Annotated[str, Field(min_length=3, max_length=200), AfterValidator(one_line)]
