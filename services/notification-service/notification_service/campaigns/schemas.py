"""Campaigns as requests and answers."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field
from sqlalchemy import RowMapping

from notification_service.campaigns.models import POSSIBLE, Action, Campaign, CampaignCategory, State
from notification_service.campaigns.service import Upload, Wanted
from notification_service.campaigns.wording import Severity
from shared.events.notification import Channel
from shared.language import Language
from shared.nationalid import NationalIdCheckDigits
from shared.paging import Page
from shared.plain_text import one_line
from shared.schemas import RequestSchema, Schema, Timestamp

_TEXTS: Final[dict[str, dict[str, str]]] = {
    "nb": {
        "sms": "Hei! Du har fått et brev fra {sender} på Helsenorge. Logg inn på Helsenorge for å lese det.",
        "subject": "Du har fått et brev på Helsenorge",
        "email": "Hei!\n\nDu har fått et brev fra {sender}. Logg inn for å lese det:\n\n{pages_url}\n",
    },
    "nn": {
        "sms": "Hei! Du har fått eit brev frå {sender} på Helsenorge. Logg inn på Helsenorge for å lese det.",
        "subject": "Du har fått eit brev på Helsenorge",
        "email": "Hei!\n\nDu har fått eit brev frå {sender}. Logg inn for å lese det:\n\n{pages_url}\n",
    },
    "en": {
        "sms": "Hello! You have got a letter from {sender} on Helsenorge. Log in to Helsenorge to read it.",
        "subject": "You have got a letter on Helsenorge",
        "email": "Hello!\n\nYou have got a letter from {sender}. Log in to read it:\n\n{pages_url}\n",
    },
}
_WANTED: Final[dict[str, Any]] = {
    "series": "befolkningsundersokelsen-2026",
    "round": 1,
    "follows": None,
    "category": "research",
    "sender": {"name": "Universitetet i Havgap", "sensitive": False},
    "texts": _TEXTS,
    "minimumAge": 18,
    "urgent": False,
    "perMinute": 600,
}

PerMinute = Annotated[
    int, Field(ge=1, le=600_000, description="The pace: recipients a minute; null is as fast as the providers take")
]
# Longer ones, and empty ones, are told of by the check, with everything else that is wrong
Text = Annotated[str, Field(max_length=10_000)]


class CampaignTexts(RequestSchema):
    """One language. `{sender}` stands for the sender, `{pages_url}` for the citizen's own pages.

    An SMS has no link. No text says anything that tells of health (V2).
    """

    sms: Text
    subject: Text
    email: Text


class Sender(RequestSchema):
    """Whose name `{sender}` stands for. The name of a sensitive one says too much: `{sender}` is then Helsenorge."""

    name: Annotated[str, Field(min_length=2, max_length=100), AfterValidator(one_line)]
    sensitive: bool


class CampaignDraft(RequestSchema):
    """`series` holds the rounds of one study, say, together; who got one round is not sent another (`had-before`),
    unless this one `follows` that one: a second letter to the same people.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_WANTED]})

    series: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,78}[a-z0-9]$")]
    round: Annotated[int, Field(ge=1, le=1000)]
    follows: Annotated[UUID | None, Field(description="A campaign: an earlier round of the same series")] = None
    category: Annotated[CampaignCategory, Field(description="Decides which reservation counts, and whose settings")]
    sender: Sender
    texts: Annotated[Mapping[Language, CampaignTexts], Field(description="All three languages are needed to be sent")]
    minimum_age: Annotated[int, Field(ge=16, le=120)] = 18
    urgent: Annotated[bool, Field(description="Also at night")] = False
    per_minute: PerMinute | None = None

    def wanted(self) -> Wanted:
        return Wanted(
            series=self.series,
            round=self.round,
            follows=self.follows,
            category=self.category,
            sender_name=self.sender.name,
            sender_sensitive=self.sender.sensitive,
            texts={language: texts.model_dump() for language, texts in self.texts.items()},
            minimum_age=self.minimum_age,
            urgent=self.urgent,
            per_minute=self.per_minute,
        )


class CheckFinding(Schema):
    """What an author should know. `code`: `language-missing`, `text-empty`, `text-too-long`, `text-not-translated`,
    `placeholder-unknown`, `left-over`, `word-forbidden`, `sender-named`, `national-id-in-text`, `link-in-sms`,
    `text-not-plain`, `link-not-allowed`, `link-dead`, `nobody-to-send-to`, `same-text-as-earlier-round`. More may come.
    """

    code: str
    severity: Annotated[Severity, Field(description="An `error` keeps the campaign from being sent")]
    language: Language | None
    part: Literal["sms", "subject", "email"] | None
    found: Sequence[str]


class CheckReport(Schema):
    """`excluded` counts those on the list who will not be sent to, by reason: `reserved`, `reserved-research`,
    `deceased`, `too-young`, `no-consent`, `consent-basis-only`, `consent-withdrawn`, `had-before`, `no-channel`,
    `no-contact-point`, `unknown`. All three are counted in fives, and what is left over is `other`.
    """

    passed: bool
    findings: Sequence[CheckFinding]
    to_be_sent: int
    excluded: Mapping[str, int]
    languages: Mapping[str, int]
    channels: Mapping[str, int]


class CampaignStep(Schema):
    """Somebody did something. People are not named."""

    action: Annotated[str, Field(description="create, change, recipients, check, test, approve, start, pause, ...")]
    by: Literal["machine", "person", "service"]
    at: Timestamp
    details: Mapping[str, Any]


class CampaignState(Schema):
    """A campaign: `draft -> checked -> approved -> running -> finished`; `paused` between, `stopped` instead."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                _WANTED
                | {
                    "campaignId": "7d1f0c2e-55b5-4f0e-9c55-1d6c7a3e2f10",
                    "state": "draft",
                    "allowed": ["change", "recipients", "check", "stop"],
                    "heldBecause": None,
                    "countsAsResearch": True,
                    "createdAt": "2026-11-22T08:15:30.123Z",
                    "changedAt": "2026-11-22T08:15:30.123Z",
                    "checkedAt": None,
                    "check": None,
                    "testedAt": None,
                    "testedChannels": [],
                    "approvedAt": None,
                    "startedAt": None,
                    "endedAt": None,
                }
            ]
        }
    )

    campaign_id: UUID
    series: str
    round: int
    follows: UUID | None
    category: CampaignCategory
    sender: Sender
    texts: Mapping[str, CampaignTexts]
    minimum_age: int
    urgent: bool
    per_minute: int | None
    state: State
    allowed: Annotated[Sequence[Action], Field(description="What can be done with it now")]
    held_because: Annotated[
        str | None,
        Field(description="Why it stands still or was paused: `consent-service-unavailable`, `link-dead`"),
    ]
    counts_as_research: Annotated[bool, Field(description="Then it is not for who is reserved against research")]
    created_at: Timestamp
    changed_at: Timestamp
    checked_at: Timestamp | None
    check: CheckReport | None
    tested_at: Timestamp | None
    tested_channels: Annotated[
        Sequence[Channel], Field(description="By which a test has gone out since it was changed; each in use is needed")
    ]
    approved_at: Timestamp | None
    started_at: Timestamp | None
    ended_at: Timestamp | None

    @classmethod
    def of(cls, found: Campaign) -> Self:
        shown = {name: getattr(found, name) for name in cls.model_fields if hasattr(found, name)}
        sender = Sender(name=found.sender_name, sensitive=found.sender_sensitive)
        check = CheckReport.model_validate(found.check_report) if found.check_report else None
        return cls(**shown | {"sender": sender, "check": check, "allowed": POSSIBLE[found.state]})


class CampaignHistory(Schema):
    """Every step, oldest first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {"action": "create", "by": "machine", "at": "2026-11-22T08:15:30.123Z", "details": {}},
                        {
                            "action": "recipients",
                            "by": "machine",
                            "at": "2026-11-22T08:16:02.511Z",
                            "details": {"added": 29990, "rejected": 2},
                        },
                    ]
                }
            ]
        }
    )

    items: Sequence[CampaignStep]

    @classmethod
    def of(cls, rows: Sequence[RowMapping]) -> Self:
        return cls(
            items=[
                CampaignStep(action=row["action"], by=row["actor_kind"], at=row["at"], details=row["details"])
                for row in rows
            ]
        )


class CampaignPage(Page[CampaignState]):
    """Newest first. `nextCursor` is null on the last page."""


class RejectedLine(Schema):
    """`code`: `national-id-malformed`, `national-id-check-digits`, `line-unreadable`, `line-too-long`,
    `reference-invalid`. Nothing of the line itself is repeated.
    """

    line: Annotated[int, Field(description="In the file, the first is 1")]
    column: Annotated[
        int | None, Field(description="In the line, the first is 1; null where it is the line as a whole")
    ]
    code: str
    detail: Annotated[str, Field(description="In the language of Accept-Language; can be passed on")]


class RecipientsTaken(Schema):
    """`repeated` are on the list already. `excluded` will not be sent to, by reason, in fives and `other`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "received": 30000,
                    "added": 29990,
                    "repeated": 8,
                    "excluded": {"reserved": 410, "deceased": 30, "other": 5},
                    "rejectedCount": 2,
                    "rejected": [
                        {
                            "line": 17,
                            "column": 1,
                            "code": "national-id-check-digits",
                            "detail": NationalIdCheckDigits.title["nb"],
                        }
                    ],
                }
            ]
        }
    )

    received: int
    added: int
    repeated: int
    excluded: Mapping[str, int]
    rejected_count: int
    rejected: Annotated[Sequence[RejectedLine], Field(description="The first thousand")]

    @classmethod
    def of(cls, outcome: Upload, language: str) -> Self:
        rejected = [
            RejectedLine(line=line, column=bad.column, code=bad.code, detail=bad.detail[language])
            for line, bad in outcome.rejected
        ]
        return cls(
            received=outcome.received,
            added=outcome.added,
            repeated=outcome.repeated,
            excluded=outcome.excluded,
            rejected_count=outcome.bad,
            rejected=rejected,
        )


class CampaignProgress(Schema):
    """By recipient. `estimatedEnd` counts with the pace of the last minute, or the one set; null while it stands still.

    `notSent` are those excluded at any time, by reason, and those for whom every channel was dropped; in fives.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "state": "running",
                    "heldBecause": None,
                    "total": 30000,
                    "waiting": 17450,
                    "underWay": 40,
                    "sent": 8010,
                    "delivered": 4050,
                    "failed": 8,
                    "notSent": {"reserved": 410, "deceased": 30, "other": 2},
                    "perMinute": 598,
                    "startedAt": "2026-11-22T09:00:00.000Z",
                    "estimatedEnd": "2026-11-22T09:49:05.000Z",
                    "endedAt": None,
                }
            ]
        }
    )

    state: State
    held_because: str | None
    total: int
    waiting: int
    under_way: int
    sent: int
    delivered: int
    failed: int
    not_sent: Mapping[str, int]
    per_minute: Annotated[int, Field(description="Recipients in the last minute")]
    started_at: Timestamp | None
    estimated_end: Timestamp | None
    ended_at: Timestamp | None


class RecipientOutcome(Schema):
    """One recipient, by the line of the list. Why somebody was not sent to is between them and us, and only counted."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "line": 17,
                    "reference": "D-0017",
                    "outcome": "delivered",
                    "channels": ["sms"],
                    "sentAt": "2026-11-22T09:00:02.017Z",
                    "deliveredAt": "2026-11-22T09:00:05.544Z",
                }
            ]
        }
    )

    line: int
    reference: str | None
    outcome: Literal["waiting", "under-way", "sent", "delivered", "failed", "not-sent"]
    channels: Sequence[Channel]
    sent_at: Timestamp | None
    delivered_at: Timestamp | None


class ReceiptPage(Page[RecipientOutcome]):
    """In the order of the list. `nextCursor` is null on the last page."""
