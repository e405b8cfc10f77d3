"""Why a prescription was taken back or ended, as a code; and the note for the record (P8, P10)."""

from alembic import op

from shared import schema

revision = "0010"
down_revision = "0009"

TABLES = """
ALTER TABLE prescription ADD COLUMN end_category text, ADD COLUMN closing_note jsonb;
"""


def upgrade() -> None:
    schema.run_sql(op, TABLES)
