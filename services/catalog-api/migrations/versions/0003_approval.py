"""Submissions and their approval (K2, K3)."""

from alembic import op

from shared import schema

revision = "0003"
down_revision = "0002"

TABLES = """
SELECT 1;
"""


def upgrade() -> None:
    schema.run_sql(op, TABLES)
