"""Prescriptions that a practitioner has ended."""

from alembic import op

from shared import schema

revision = "0003"
down_revision = "0002"

TABLES = """
ALTER TABLE citizen_tool
    DROP CONSTRAINT ck_citizen_tool_state,
    ADD CONSTRAINT ck_citizen_tool_state CHECK (state IN ('active', 'removed', 'revoked', 'expired', 'ended'));

ALTER TABLE feed_event
    DROP CONSTRAINT ck_feed_event_kind,
    ADD CONSTRAINT ck_feed_event_kind CHECK (kind IN
        ('tool-prescribed', 'tool-revoked', 'tool-expired', 'tool-ended', 'tool-withdrawn', 'tool-reinstated'));
"""


def upgrade() -> None:
    schema.run_sql(op, TABLES)
