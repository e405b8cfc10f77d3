"""Whether a stopped tool is back, for reminders: they come from later than what they remind of."""

from alembic import op

from shared import schema

revision = "0003"
down_revision = "0002"

WIDER = """
ALTER TABLE tool_stop ADD COLUMN reinstated boolean NOT NULL DEFAULT false;
"""


def upgrade() -> None:
    schema.run_sql(op, WIDER)
