"""How a citizen wants to be notified: the tables, and the rules that need no I/O."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import Column, DateTime, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from notification_service.preferences.addresses import shown_address
from notification_service.preferences.quiet import DEFAULT_QUIET_HOURS, QuietHours
from shared.db import metadata
from shared.events.notification import Channel
from shared.language import DEFAULT_LANGUAGE

Category = Literal["tool", "reminder", "research", "survey", "information"]

CODE_LASTS: Final = timedelta(minutes=15)
MOST_TRIES: Final = 5
MOST_CODES_AN_HOUR: Final = 5

_metadata = metadata()

# `phone` and `email` are confirmed: nothing else is ever sent to. `quiet_hours` is empty for none.
notification_settings = Table(
    "notification_settings",
    _metadata,
    Column("citizen", Text, primary_key=True),
    Column("language", Text, nullable=False),
    Column("phone", Text),
    Column("email", Text),
    Column("channels", JSONB, nullable=False),
    Column("quiet_hours", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)

# A contact point that waits for its code; one at most for each channel. The code itself is nowhere: see `code_of`.
contact_confirmation = Table(
    "contact_confirmation",
    _metadata,
    Column("citizen", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("confirmation_id", Uuid, nullable=False),
    Column("contact_point", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)


@dataclass(frozen=True, slots=True)
class CitizenSettings:
    """Version 0 is a citizen who never said: in bokmål, by day, and to nobody before there is a contact point.

    `channels` has what the citizen has chosen by category; what they have not chosen follows `chosen`.
    """

    language: str = DEFAULT_LANGUAGE
    phone: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    channels: Mapping[str, Sequence[Channel]] = field(default_factory=dict)
    quiet_hours: QuietHours | None = DEFAULT_QUIET_HOURS
    version: int = 0

    @property
    def etag(self) -> str:
        return f'"{self.version}"'

    def chosen(self, category: str) -> Sequence[Channel]:
        """A category that the citizen has not spoken of is like tools; and tools come by SMS, or else by e-mail."""
        for name in (category, "tool"):
            if name in self.channels:
                return self.channels[name]
        return ("sms",) if self.phone else ("email",) if self.email else ()

    def turned_off(self, category: str) -> bool:
        """Whether the citizen has said so; to have no address is no choice."""
        return not next((self.channels[name] for name in (category, "tool") if name in self.channels), True)

    def why_unreachable(self, category: str) -> str:
        return "no-channel" if self.turned_off(category) else "no-contact-point"

    def reachable(self, category: str) -> list[Channel]:
        return [channel for channel in self.chosen(category) if self.contact_point(channel)]

    def contact_point(self, channel: Channel) -> str | None:
        return self.phone if channel == "sms" else self.email

    def earliest(self, channel: Channel, moment: datetime, *, urgent: bool) -> datetime:
        """When what is due at this moment may go out (V3): an e-mail wakes nobody."""
        if channel == "email" or urgent or self.quiet_hours is None:
            return moment
        return self.quiet_hours.next_open(moment)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A contact point that waits for its code."""

    confirmation_id: UUID
    contact_point: str = field(repr=False)
    tries: int
    expires_at: datetime

    def open(self, now: datetime) -> bool:
        return self.tries < MOST_TRIES and now < self.expires_at


def quiet_hours_of(kept: str | None) -> QuietHours | None:
    """As the column has them: nothing kept is the default, nothing in it is none."""
    if kept is None:
        return DEFAULT_QUIET_HOURS
    return QuietHours.parse(kept) if kept else None


def code_of(secret: bytes, confirmation_id: UUID) -> str:
    """Six digits, the same wherever they are worked out: by the worker that sends them and the API that checks them."""
    digest = hmac.digest(secret, b"contact-confirmation " + confirmation_id.bytes, hashlib.sha256)
    return f"{int.from_bytes(digest[:8], 'big') % 1_000_000:06d}"


def masked(contact: str) -> str:
    """+47******01, or k***@example.org: enough for its owner to know it by."""
    name, at, domain = shown_address(contact).partition("@")
    return f"{name[0]}***@{domain}" if at else f"{contact[:3]}{'*' * (len(contact) - 5)}{contact[-2:]}"
