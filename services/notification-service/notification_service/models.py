"""Notifications and the settings they follow: the tables, and the rules that need no I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from notification_service.errors import MessageRefused, NoLongerWanted
from shared.correlation import Correlation
from shared.db import metadata
from shared.events.notification import Channel
from shared.language import DEFAULT_LANGUAGE

Category = Literal["tool"]
Kind = Literal["tool-prescribed"]
Status = Literal["waiting", "sending", "sent", "failed", "dropped"]
Ending = Literal["revoked", "expired"]
Level = Literal["none", "basis", "full"]

UNSENT: Final = ("waiting", "sending")
OTHER: Final[dict[Channel, Channel]] = {"sms": "email", "email": "sms"}

# V4: seconds before the second, third, fourth and fifth attempt
PAUSES: Final = (1.0, 10.0, 60.0, 600.0)
MOST_ATTEMPTS: Final = len(PAUSES) + 1
_LONGEST_PAUSE: Final = 3600.0
_JITTER: Final = 0.2

_metadata = metadata()

notification_settings = Table(
    "notification_settings",
    _metadata,
    Column("citizen", Text, primary_key=True),
    Column("language", Text, nullable=False),
    Column("phone", Text),
    Column("email", Text),
    Column("channels", JSONB, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)

# `about` is the id of the thing; `kind` says what about it, and with it which text.
# `happened_at` is when the thing happened, by its own service's clock.
# `due_at`: a waiting one is not sent before; one being sent is taken up again after, because its sender has died.
notification = Table(
    "notification",
    _metadata,
    Column("citizen", Text, primary_key=True),
    Column("notification_id", Uuid, primary_key=True),
    Column("about", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("channel", Text),
    Column("instead_of", Uuid),
    Column("tool_id", Uuid),
    Column("event_id", Uuid, nullable=False),
    Column("correlation", JSONB, nullable=False),
    Column("language", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Text),
    Column("attempts", Integer, nullable=False),
    Column("happened_at", DateTime(timezone=True), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("sent_at", DateTime(timezone=True)),
    Column("sent_to", Text),
    Column("provider_message_id", Text),
)

ended_thing = Table(
    "ended_thing",
    _metadata,
    Column("citizen", Text, primary_key=True),
    Column("about", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("ended_at", DateTime(timezone=True), nullable=False),
)

tool_stop = Table(
    "tool_stop",
    _metadata,
    Column("tool_id", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("stopped_at", DateTime(timezone=True), nullable=False),
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
class CitizenSettings:
    """How a citizen wants to be notified. Version 0 is a citizen who never said: nothing is sent."""

    language: str = DEFAULT_LANGUAGE
    phone: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    channels: Mapping[str, Sequence[Channel]] = field(default_factory=dict)
    version: int = 0

    @property
    def etag(self) -> str:
        return f'"{self.version}"'

    def chosen(self, category: str) -> Sequence[Channel]:
        return self.channels.get(category, ())

    def contact_point(self, channel: Channel) -> str | None:
        return self.phone if channel == "sms" else self.email


@dataclass(frozen=True, slots=True)
class Thing:
    """What a citizen is to be told about."""

    citizen: str
    about: str
    kind: Kind
    category: Category
    tool_id: UUID | None
    event_id: UUID
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known that may speak against a notification; None where nothing is known."""

    ended: Ending | None
    stopped_at: datetime | None
    level: Level | None

    def against(self, happened_at: datetime) -> str | None:
        """The reason not to notify of what happened then.

        A stop speaks only against what happened before it: later there must have been a reinstatement, which need not
        have been heard of here. Consent speaks against everything while it is known to be below full (S6).
        """
        if self.ended is not None:
            return self.ended
        if self.stopped_at is not None and self.stopped_at >= happened_at:
            return "tool-stopped"
        if self.level not in (None, "full"):
            return "consent-withdrawn"
        return None


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides what becomes of a thing that has happened. `notified`: it has been heard of before (V3)."""

    settings: CitizenSettings
    circumstances: Circumstances
    notified: bool


@dataclass(frozen=True, slots=True)
class DueNotification:
    """One that this process has taken upon itself to send, with what was known at that moment."""

    thing: Thing
    notification_id: UUID
    channel: Channel
    instead_of: UUID | None
    language: str
    attempts: int
    correlation: Correlation
    settings: CitizenSettings
    circumstances: Circumstances

    def check_still_wanted(self) -> None:
        """Raises NoLongerWanted. What stands in for another channel needs only that the category is not turned off."""
        if reason := self.circumstances.against(self.thing.happened_at):
            raise NoLongerWanted(reason)
        chosen = self.settings.chosen(self.thing.category)
        if not chosen or (self.instead_of is None and self.channel not in chosen):
            raise NoLongerWanted("turned-off")

    def check_attempts_left(self) -> None:
        """Raises MessageRefused when senders have died so often that the citizen may have had it several times."""
        if self.attempts > MOST_ATTEMPTS:
            raise MessageRefused("outcome-unknown")

    def find_contact_point(self) -> str:
        """Raises MessageRefused."""
        contact = self.settings.contact_point(self.channel)
        if contact is None:
            raise MessageRefused("no-contact-point")
        return contact


def pause_after(attempt: int, retry_after: float | None, chance: float) -> timedelta | None:
    """How long to wait after this attempt (1 is the first) has failed; None when it was the last (V4).

    `chance` in 0..1 spreads the pauses, so that what failed together does not come back together. A provider's own
    Retry-After lengthens a pause, up to an hour.
    """
    if attempt >= MOST_ATTEMPTS:
        return None
    pause = PAUSES[attempt - 1] * (1 - _JITTER + 2 * _JITTER * chance)
    return timedelta(seconds=max(pause, min(retry_after or 0.0, _LONGEST_PAUSE)))


def masked(contact: str) -> str:
    """+47******01, or k***@example.org: enough for its owner to know it by."""
    name, at, domain = contact.partition("@")
    return f"{name[0]}***@{domain}" if at else f"{contact[:3]}{'*' * (len(contact) - 5)}{contact[-2:]}"
