"""Consent levels and their history: the tables, and what needs no I/O."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import Column, DateTime, Integer, Table, Text

from consent_api.areas import Level
from shared.db import metadata

ActedBy = Literal["self", "representative", "import"]

_metadata = metadata()

consent = Table(
    "consent",
    _metadata,
    Column("citizen", Text, primary_key=True),
    Column("level", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)

consent_history = Table(
    "consent_history",
    _metadata,
    Column("citizen", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("level", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("acted_by", Text),
)

LAST_VERSION: Final = 2**31 - 1  # what the column holds


@dataclass(frozen=True, slots=True)
class Consent:
    """A citizen's consent now. Version 0 is a citizen who never answered, which counts as none."""

    level: Level = "none"
    version: int = 0
    changed_at: datetime | None = None

    @property
    def etag(self) -> str:
        return f'"{self.version}"'


@dataclass(frozen=True, slots=True)
class ConsentChange:
    """One step of the history. `acted_by` is a citizen reference; None for what came from an earlier record."""

    citizen: str
    version: int
    level: Level
    changed_at: datetime
    acted_by: str | None

    @property
    def actor(self) -> ActedBy:
        if self.acted_by is None:
            return "import"
        return "self" if self.acted_by == self.citizen else "representative"
