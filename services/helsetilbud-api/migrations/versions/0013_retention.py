"""Indexes that purges find their rows by (0051), made while the tables are in use."""

from alembic import op

from shared import schema

revision = "0013"
down_revision = "0012"

INDEXES = """
CREATE INDEX ix_launch_purged ON launch (expires_at);
DROP INDEX IF EXISTS ix_launch_expires_at;
CREATE INDEX ix_launch_sign_in_purged ON launch_sign_in (expires_at);
DROP INDEX IF EXISTS ix_launch_sign_in_expires_at;
"""


def upgrade() -> None:
    schema.run_concurrently(op, schema.statements("retention") + INDEXES)
