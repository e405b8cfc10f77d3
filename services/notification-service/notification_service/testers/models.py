"""Whom test sendings go to (0053): people at the organisation that sends, where they have confirmed it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self
from uuid import UUID

from sqlalchemy import Column, DateTime, Integer, LargeBinary, RowMapping, Table, Text, Uuid

from notification_service.preferences.models import MOST_TRIES
from shared.db import metadata
from shared.events.notification import Channel

CONFIRMED_LASTS: Final = timedelta(days=365)

_metadata = metadata()

test_contact = Table(
    "test_contact",
    _metadata,
    Column("test_contact_id", Uuid, primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("address", LargeBinary, nullable=False),
    Column("shown", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("confirmed_at", DateTime(timezone=True)),
)


@dataclass(frozen=True, slots=True)
class TestContact:
    """One, as it was read. `shown` is its address shortened: the address itself is nowhere."""

    __test__ = False  # pytest would take it for tests

    test_contact_id: UUID
    person: str
    channel: Channel
    shown: str
    tries: int
    created_at: datetime
    expires_at: datetime
    confirmed_at: datetime | None

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        return cls(**{name: row[name] for name in cls.__slots__})

    def open(self, now: datetime) -> bool:
        return self.tries <= MOST_TRIES and now < self.expires_at


@dataclass(frozen=True, slots=True)
class Tester:
    """A person at an organisation; `name` is their citizen reference."""

    organisation: str
    name: str
