"""Months of the outbox are dropped by a function, so that who serves need not own the tables (0063)."""

from alembic import op

from shared import schema

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    schema.run(op, "outbox_months")
