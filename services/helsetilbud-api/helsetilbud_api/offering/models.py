"""Tables of the office's offering."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Identity, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from shared.db import metadata

_metadata = metadata()

patient_gp = Table(
    "patient_gp",
    _metadata,
    Column("citizen", Text, primary_key=True),
    Column("hpr_number", Text),
    Column("her_id", Integer),
    Column("sequence", BigInteger, nullable=False),
)

gp_register_position = Table(
    "gp_register_position",
    _metadata,
    Column("only_row", Boolean, primary_key=True),
    Column("cursor", Text, nullable=False),
    Column("read_at", DateTime(timezone=True), nullable=False),
)

office_setting = Table(
    "office_setting",
    _metadata,
    Column("her_id", Integer, primary_key=True),
    Column("setting", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("changed_by_name", Text),
    Column("changed_by_role", Text, nullable=False),
    Column("changed_by_hpr_number", Text),
)

office_setting_change = Table(
    "office_setting_change",
    _metadata,
    Column("her_id", Integer, primary_key=True),
    Column("setting", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("sequence", BigInteger, Identity(always=True), nullable=False),
    Column("change_id", Uuid, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("changed_by_name", Text),
    Column("changed_by_role", Text, nullable=False),
    Column("changed_by_hpr_number", Text),
    Column("restored_version", Integer),
)

office_person = Table(
    "office_person",
    _metadata,
    Column("citizen", Text, primary_key=True),
    Column("her_id", Integer, primary_key=True),
    Column("role", Text, primary_key=True),
    Column("person_id", Uuid, nullable=False),
)
