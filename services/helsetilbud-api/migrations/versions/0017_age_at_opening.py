"""How old the citizen was when they opened a tool, in whole years, which each step after it is held to (S5, 0057)."""

from alembic import op

from shared import schema

revision = "0017"
down_revision = "0016"

# null of what an older release has issued
COLUMNS = """
ALTER TABLE launch ADD COLUMN age smallint;
ALTER TABLE launch_sign_in ADD COLUMN age smallint;
"""


def upgrade() -> None:
    schema.run_sql(op, COLUMNS)
