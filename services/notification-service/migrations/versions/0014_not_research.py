"""Which surveys somebody else than their author has said are not research (S4)."""

from alembic import op

from shared import schema

revision = "0014"
down_revision = "0013"

COLUMN = """
-- who said so and why is in campaign_step
ALTER TABLE campaign ADD COLUMN not_research_at timestamptz;
"""


def upgrade() -> None:
    schema.run_sql(op, COLUMN)
