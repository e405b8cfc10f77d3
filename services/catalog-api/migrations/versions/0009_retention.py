"""Indexes that purges find their rows by (0051), made while the tables are in use."""

from alembic import op

from shared import schema

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    schema.run_concurrently(op, schema.statements("retention"))
