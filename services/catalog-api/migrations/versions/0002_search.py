"""Ranked search (K5)."""

from alembic import op

from shared import schema

revision = "0002"
down_revision = "0001"

TABLES = """
SELECT 1;
"""


def upgrade() -> None:
    schema.run_sql(op, TABLES)
