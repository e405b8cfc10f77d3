"""Campaigns (V6): the tables, and the rules that need no I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, Self, get_args
from uuid import UUID, uuid4

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Integer,
    LargeBinary,
    RowMapping,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from notification_service.access import Actor
from notification_service.campaigns.errors import (
    ApproverIsAuthor,
    CheckOutdated,
    JudgeIsAuthor,
    NotASurvey,
    NotPossibleNow,
    TestMissing,
    UploadUnfinished,
)
from notification_service.campaigns.telling import OTHER
from notification_service.pace import Pace
from notification_service.sending.composing import Letter
from shared.db import metadata
from shared.events.notification import Channel

CampaignCategory = Literal["research", "survey", "information"]
State = Literal["draft", "checked", "approved", "running", "paused", "stopped", "finished"]
Action = Literal["change", "recipients", "check", "test", "approve", "start", "pause", "stop"]

STATES: Final[tuple[State, ...]] = get_args(State)
CHANNELS: Final[tuple[Channel, ...]] = get_args(Channel)
# What can be done in which state. What has been approved is not changed any more: it would have to be approved again.
POSSIBLE: Final[Mapping[State, tuple[Action, ...]]] = {
    "draft": ("change", "recipients", "check", "stop"),
    "checked": ("change", "recipients", "check", "test", "approve", "stop"),
    "approved": ("start", "stop"),
    "running": ("pause", "stop"),
    "paused": ("start", "stop"),
    "stopped": (),
    "finished": (),
}
# What each reservation keeps from its citizen (S4): kinds of consent-api
RESERVATION_OF: Final[Mapping[CampaignCategory, str]] = {
    "research": "research-contact",
    "survey": "survey-contact",
    "information": "campaign-contact",
}
RESEARCH: Final = "research-contact"
AREA_OF: Final[Mapping[CampaignCategory, str]] = {
    "research": "research",
    "survey": "health-care",
    "information": "health-care",
}
CHECK_LASTS: Final = timedelta(hours=24)
MOST_RECIPIENTS: Final = 100_000

_metadata = metadata()

campaign = Table(
    "campaign",
    _metadata,
    Column("campaign_id", Uuid, primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("series", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("follows", Uuid),
    Column("category", Text, nullable=False),
    Column("sender_name", Text, nullable=False),
    Column("sender_sensitive", Boolean, nullable=False),
    Column("texts", JSONB, nullable=False),
    Column("minimum_age", Integer, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("per_minute", Integer),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("uploading", Uuid),
    Column("checked_at", DateTime(timezone=True)),
    Column("check_report", JSONB),
    Column("tested_at", DateTime(timezone=True)),
    Column("tested_channels", ARRAY(Text), nullable=False),
    Column("approved_at", DateTime(timezone=True)),
    Column("started_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    Column("held_because", Text),
    Column("links_checked_at", DateTime(timezone=True)),
    Column("paced_until", DateTime(timezone=True)),
    Column("not_research_at", DateTime(timezone=True)),
)

# `status`: a waiting one is handed over to be notified, or excluded for the reason.
campaign_recipient = Table(
    "campaign_recipient",
    _metadata,
    Column("citizen", Text, primary_key=True),
    Column("campaign_id", Uuid, primary_key=True),
    Column("line", Integer, nullable=False),
    Column("reference", Text),
    Column("status", Text, nullable=False),
    Column("reason", Text),
    Column("due_at", DateTime(timezone=True), nullable=False),
)

campaign_step = Table(
    "campaign_step",
    _metadata,
    Column("campaign_id", Uuid, primary_key=True),
    Column("step_id", BigInteger, Identity(always=True), primary_key=True),
    Column("action", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_kind", Text, nullable=False),
    Column("client_id", Text),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("details", JSONB, nullable=False),
)

SENT: Final = "sent"
# A message of a test sending: `outcome` is SENT or why not, None when nobody has seen its end.
test_sending = Table(
    "test_sending",
    _metadata,
    Column("test_sending_id", Uuid, primary_key=True),
    Column("campaign_id", Uuid, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_kind", Text, nullable=False),
    Column("client_id", Text),
    Column("channel", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("address", LargeBinary, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("outcome", Text),
)


def shown_sender(name: str, *, sensitive: bool) -> str:
    """What stands for the sender in the texts (V2)."""
    return "Helsenorge" if sensitive else name


# A campaign that ends or holds back by itself
OURSELVES: Final = Actor("notification-service", "service", None, None)


@dataclass(frozen=True, slots=True)
class Author:
    """Whoever has had a hand in what is sent to whom."""

    name: str
    client_id: str | None


@dataclass(frozen=True, slots=True)
class Campaign:
    """One, as it was read. `texts` are by language and part: sms, subject, email."""

    campaign_id: UUID
    organisation: str
    series: str
    round: int
    follows: UUID | None
    category: CampaignCategory
    sender_name: str
    sender_sensitive: bool
    texts: Mapping[str, Mapping[str, str]]
    minimum_age: int
    urgent: bool
    per_minute: int | None
    state: State
    version: int
    created_at: datetime
    changed_at: datetime
    uploading: UUID | None
    checked_at: datetime | None
    check_report: Mapping[str, Any] | None
    tested_at: datetime | None
    tested_channels: Sequence[str]
    approved_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    held_because: str | None
    links_checked_at: datetime | None
    paced_until: datetime | None
    not_research_at: datetime | None

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        return cls(**{name: row[name] for name in cls.__slots__})

    @classmethod
    def draft(cls, organisation: str, now: datetime, **wanted: Any) -> Self:
        """One that nothing has been done to yet."""
        own = {"campaign_id": uuid4(), "organisation": organisation, "state": "draft", "version": 1}
        own["tested_channels"] = []
        times = {"created_at": now, "changed_at": now}
        return cls(**dict.fromkeys(cls.__slots__) | own | times | wanted)  # type: ignore[arg-type] # by name, checked by tests

    @property
    def etag(self) -> str:
        return f'"{self.version}"'

    @property
    def pace(self) -> Pace | None:
        return Pace(self.per_minute / 60) if self.per_minute else None

    @property
    def counts_as_research(self) -> bool:
        """S4: every study does, unless somebody else than its author has said otherwise."""
        return self.category == "research" or (self.category == "survey" and self.not_research_at is None)

    @property
    def reservations(self) -> tuple[str, ...]:
        """The kinds that keep it from somebody, the one that says most first."""
        own = RESERVATION_OF[self.category]
        return (RESEARCH, own) if self.counts_as_research and own != RESEARCH else (own,)

    def reason_for(self, reservation: str) -> str:
        return "reserved" if reservation == RESERVATION_OF[self.category] else "reserved-research"

    @property
    def letter(self) -> Letter:
        return Letter(self.texts, shown_sender(self.sender_name, sensitive=self.sender_sensitive))

    def check_possible(self, action: Action) -> None:
        """Raises NotPossibleNow, which says what is possible instead."""
        if action not in POSSIBLE[self.state]:
            raise NotPossibleNow(state=self.state, allowed=list(POSSIBLE[self.state]))

    def check_uploaded(self) -> None:
        """Raises UploadUnfinished: half a list of recipients is nobody's intention."""
        if self.uploading is not None:
            raise UploadUnfinished()

    def check_approvable(self, approver: Actor, authors: list[Author], now: datetime) -> None:
        """Raises NotPossibleNow, CheckOutdated, TestMissing or ApproverIsAuthor."""
        self.check_possible("approve")
        self.check_fresh(now)
        if untested := self.untested_channels:
            raise TestMissing(channels=untested)
        for author in authors:
            if author.name == approver.name or author.client_id == approver.client_id:
                raise ApproverIsAuthor()

    @property
    def untested_channels(self) -> list[str]:
        """Those that its recipients will be sent it by, as it was checked, and that nobody has seen it arrive by. Where
        the check does not tell by which channel some are sent to, it may be any.
        """
        told = (self.check_report or {}).get("channels", {}).keys()
        used = set(CHANNELS) if OTHER in told else set(told)
        return sorted(used - set(self.tested_channels))

    def check_judgeable(self, judge: Actor, authors: list[Author]) -> None:
        """Raises NotPossibleNow, NotASurvey or JudgeIsAuthor."""
        self.check_possible("change")
        if self.category != "survey":
            raise NotASurvey()
        if any(judge.name == author.name or judge.client_id == author.client_id for author in authors):
            raise JudgeIsAuthor()

    def check_fresh(self, now: datetime) -> None:
        """Raises CheckOutdated."""
        if self.checked_at is None or now - self.checked_at > CHECK_LASTS:
            raise CheckOutdated()
