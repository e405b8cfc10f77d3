"""The rows of the change feed by citizen: their number is the version of who is told in the citizen's stead."""

from alembic import op

from shared import schema

revision = "0011"
down_revision = "0010"

INDEX = """
CREATE INDEX standing_change_citizen ON standing_change (citizen);
"""


def upgrade() -> None:
    schema.run_concurrently(op, INDEX)
