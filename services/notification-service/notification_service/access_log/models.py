"""What is kept of a look-up."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import Column, DateTime, Table, Text, Uuid

from shared.db import metadata

Action = Literal["notifications-searched"]

_metadata = metadata()

# `operator` is the citizen reference of who looked, `reason` what they wrote: here, and nowhere else
look_up = Table(
    "look_up",
    _metadata,
    Column("citizen", Text, primary_key=True),
    Column("at", DateTime(timezone=True), primary_key=True),
    Column("entry_id", Uuid, primary_key=True),
    Column("action", Text, nullable=False),
    Column("operator", Text, nullable=False),
    Column("name", Text),
    Column("organisation", Text),
    Column("client_id", Text, nullable=False),
    Column("reason", Text, nullable=False),
)


@dataclass(frozen=True, slots=True)
class LookUp:
    citizen: str
    at: datetime
    entry_id: UUID
    action: Action
    operator: str
    name: str | None
    organisation: str | None
    client_id: str
    reason: str
