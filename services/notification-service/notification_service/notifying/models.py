"""Notifications: the tables, and the rules that need no I/O."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Integer, SmallInteger, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from notification_service.preferences.models import CitizenSettings
from shared.db import metadata
from shared.events.notification import Channel
from shared.schemas import rfc3339

Kind = Literal["tool-prescribed", "tool-closed", "deadline-approaching", "contact-confirmation", "campaign"]
Status = Literal["waiting", "sending", "sent", "delivered", "failed", "dropped"]
Ending = Literal["revoked", "expired", "ended", "opened", "removed"]
Level = Literal["none", "basis", "full"]

UNSENT: Final = ("waiting", "sending")
OTHER: Final[dict[Channel, Channel]] = {"sms": "email", "email": "sms"}

# What a citizen gets, and others are told of in their stead (V1); the rest is one's own affair
SHARED: Final = ("tool-prescribed", "tool-closed", "deadline-approaching")
# What goes first when all cannot go at once
URGENT, USUAL, BULK = 0, 1, 2

_metadata = metadata()

# `about` is the id of the thing; `kind` says what about it, and `occasion` which time, where there are several.
# `concerns` is whose thing it is where somebody else is told of it, a parent say; None where it is their own.
# `representative_may_use`: whether others may be told of it (V1, S5); None where it is not known, which is not yes.
# `happened_at` is when the thing happened, by its own service's clock.
# `message_id` names what is sent, and is the provider's idempotency key: several notifications can go in one message
# (V3). Of those that wait, one is its `carrier`, which is taken up and takes the others along.
# `urgent` ones do not wait for the morning. `campaign_id`: one of a campaign goes only while that runs.
# `due_at`: a waiting one is not sent before; one being sent is taken up again after, because its sender has died.
# `trail` is everything that became of it, oldest first: [{at, step, ...}].
notification = Table(
    "notification",
    _metadata,
    Column("citizen", Text, primary_key=True),
    Column("notification_id", Uuid, primary_key=True),
    Column("about", Text, nullable=False),
    Column("concerns", Text),
    Column("representative_may_use", Boolean),
    Column("kind", Text, nullable=False),
    Column("occasion", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("channel", Text),
    Column("instead_of", Uuid),
    Column("tool_id", Uuid),
    Column("campaign_id", Uuid),
    Column("event_id", Uuid, nullable=False),
    Column("correlation", JSONB, nullable=False),
    Column("language", Text, nullable=False),
    Column("lane", SmallInteger, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("message_id", Uuid),
    Column("carrier", Boolean, nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Text),
    Column("attempts", Integer, nullable=False),
    Column("happened_at", DateTime(timezone=True), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("not_after", DateTime(timezone=True)),
    Column("sent_at", DateTime(timezone=True)),
    Column("delivered_at", DateTime(timezone=True)),
    Column("sent_to", Text),
    Column("template", Text),
    Column("provider_message_id", Text),
    Column("trail", JSONB, nullable=False),
)

# that something is over is told whatever else becomes of it (V1)
NOT_OF_THE_END: Final = notification.c.kind != "tool-closed"

ended_thing = Table(
    "ended_thing",
    _metadata,
    Column("citizen", Text, primary_key=True),
    Column("about", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("ended_at", DateTime(timezone=True), nullable=False),
)

# who has said no to being contacted (S4), as far as it has been told here
reservation = Table(
    "reservation",
    _metadata,
    Column("citizen", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("reserved", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)

tool_stop = Table(
    "tool_stop",
    _metadata,
    Column("tool_id", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("stopped_at", DateTime(timezone=True), nullable=False),
    Column("reinstated", Boolean, nullable=False),
)

consent_level = Table(
    "consent_level",
    _metadata,
    Column("citizen", Text, primary_key=True),
    Column("level", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)


@dataclass(frozen=True, slots=True)
class Thing:
    """What a citizen is to be told about. Nothing is sent after `not_after`."""

    citizen: str
    about: str
    kind: Kind
    category: str
    tool_id: UUID | None
    event_id: UUID
    happened_at: datetime
    occasion: str = ""
    not_after: datetime | None = None
    campaign_id: UUID | None = None
    urgent: bool = False
    concerns: str | None = None
    representative_may_use: bool | None = None

    @property
    def whose(self) -> str:
        """By citizen reference: who got it, who may be another than who is told."""
        return self.concerns or self.citizen

    @property
    def shared(self) -> bool:
        """Whether it depends on who may act for the citizen to whom it goes."""
        return self.campaign_id is None and self.kind != "contact-confirmation"

    @property
    def open_to_others(self) -> bool:
        """Whether others may be told of it (V1, S5). Of a tool that only the citizen may use, parents of a young person
        see nothing; unknown is not yes.
        """
        return self.representative_may_use is True

    def told_to(self, other: str) -> "Thing":
        return replace(self, citizen=other, concerns=self.citizen)


def without_consent(level: str | None) -> str:
    """The reason, where the level is not full. Unknown is not yes: who never answered has told nobody anything."""
    return "no-consent" if level is None else "consent-withdrawn"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known that may speak against a notification; None where nothing is known.

    `level` is that of who is told, `whose_level` that of whose thing it is. `told` is whether consent-api says that the
    one is to be told of what the other gets (S5).
    """

    ended: Ending | None = None
    reserved: bool | None = None
    stopped_at: datetime | None = None
    reinstated: bool | None = None
    level: Level | None = None
    told: bool | None = None
    whose_level: Level | None = None
    reserved_from_research: bool | None = None

    def against(self, thing: Thing, now: datetime) -> str | None:
        """The reason not to notify of it.

        Nothing but consent speaks against being told that something is over (V1). A stop speaks only against what
        happened before it: later there must have been a reinstatement, which need not have been heard of here. A
        reminder comes later than what it is about, and is spoken against by any stop that is not known to be over (V5).
        Consent speaks against everything but codes unless it is known to be full (S6).
        """
        is_about_the_end = thing.kind == "tool-closed"
        if self.ended is not None and not is_about_the_end:
            return self.ended
        if self.reserved_from_research:
            return "reserved-research"
        if self.reserved:
            return "reserved"
        if (
            not is_about_the_end
            and self.stopped_at is not None
            and (self.stopped_at >= thing.happened_at or self._stops_reminder(thing))
        ):
            return "tool-stopped"
        if unconsented := self._unconsented(thing):
            return unconsented
        if thing.not_after is not None and now >= thing.not_after:
            return "too-late"
        return None

    def _unconsented(self, thing: Thing) -> str | None:
        if thing.kind == "contact-confirmation":
            return None
        if thing.concerns is not None and not (thing.open_to_others and self._may_be_told_to_others()):
            return "no-longer-acting"
        if self.level != "full":
            return without_consent(self.level)
        if self.told is False and thing.shared:
            return "told-others" if thing.open_to_others else "told-nobody"
        return None

    def _may_be_told_to_others(self) -> bool:
        return self.told is not False and self.whose_level == "full"

    def _stops_reminder(self, thing: Thing) -> bool:
        return thing.kind == "deadline-approaching" and not self.reinstated


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides what becomes of a thing that has happened. `notified`: it has been heard of before (V3). `others`
    are told of what the citizen gets.
    """

    settings: CitizenSettings
    circumstances: Circumstances
    notified: bool
    others: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class OpenMessage:
    """A message that waits and has room for more."""

    message_id: UUID
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a notification goes: in which message, and when that is due."""

    channel: Channel
    message_id: UUID
    due_at: datetime
    carrier: bool = True


def step(name: str, at: datetime, **details: Any) -> dict[str, Any]:
    """One entry of a trail; what is None is left out. Moments become text."""
    told = {key: rfc3339(value) if isinstance(value, datetime) else value for key, value in details.items()}
    return {"at": rfc3339(at), "step": name} | {key: value for key, value in told.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Gathering:
    """How long the first of a burst waits for others (V3)."""

    window: timedelta = field(default_factory=timedelta)

    def due(self, now: datetime) -> datetime:
        return now + self.window

    @property
    def on(self) -> bool:
        return self.window > timedelta()
