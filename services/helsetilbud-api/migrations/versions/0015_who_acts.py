"""Who acts for the citizen, by reference, so that it can be asked whether they still may (S5)."""

from alembic import op

from shared import schema

revision = "0015"
down_revision = "0014"

# null for citizens themselves
COLUMNS = """
ALTER TABLE launch ADD COLUMN actor text COLLATE "C";
ALTER TABLE launch_sign_in ADD COLUMN actor text COLLATE "C";
"""


def upgrade() -> None:
    schema.run_sql(op, COLUMNS)
