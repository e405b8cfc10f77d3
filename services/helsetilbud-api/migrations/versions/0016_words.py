"""What citizens are told of a message to them and of why something is over (0058)."""

from alembic import op

from shared import schema

revision = "0016"
down_revision = "0015"

# NULL where nobody has told.
TABLES = """
ALTER TABLE citizen_tool ADD COLUMN has_message boolean;
ALTER TABLE feed_event ADD COLUMN has_message boolean, ADD COLUMN reason text;

ALTER TABLE feed_event
    DROP CONSTRAINT ck_feed_event_kind,
    ADD CONSTRAINT ck_feed_event_kind CHECK (kind IN -- wider
        ('tool-prescribed', 'tool-revoked', 'tool-expired', 'tool-ended', 'tool-withdrawn', 'tool-reinstated',
         'tool-added', 'tool-opened', 'tool-removed'));
"""


def upgrade() -> None:
    schema.run_sql(op, TABLES)
