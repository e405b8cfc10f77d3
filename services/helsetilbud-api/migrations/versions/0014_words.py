"""What citizens are told of a message to them and of why something is over (0058)."""

from alembic import op

from shared import schema

revision = "0014"
down_revision = "0013"

# NULL where nobody has told.
TABLES = """
ALTER TABLE citizen_tool ADD COLUMN has_message boolean;
ALTER TABLE feed_event ADD COLUMN has_message boolean, ADD COLUMN reason text;
"""


def upgrade() -> None:
    schema.run_sql(op, TABLES)
