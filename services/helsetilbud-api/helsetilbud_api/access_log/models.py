"""What is kept of a look-up by number."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Column, DateTime, Integer, Table, Text, Uuid

from helsetilbud_api.roles import Role
from shared.db import metadata

Action = Literal["looked-up", "named-editor"]

access_log = Table(
    "access_log",
    metadata(),
    Column("citizen", Text, primary_key=True),
    Column("at", DateTime(timezone=True), primary_key=True),
    Column("entry_id", Uuid, primary_key=True),
    Column("action", Text, nullable=False),
    Column("her_id", Integer, nullable=False),
    Column("office_name", Text, nullable=False),
    Column("name", Text),
    Column("role", Text, nullable=False),
    Column("hpr_number", Text),
    Column("client_id", Text, nullable=False),
)


@dataclass(frozen=True, slots=True)
class LookUp:
    """`citizen` is the reference of the one who was named; `name` is None when nobody knows the caller's."""

    citizen: str
    at: datetime
    action: Action
    her_id: int
    office_name: str
    name: str | None
    role: Role
    hpr_number: str | None
    client_id: str
