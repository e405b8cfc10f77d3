"""What others are told of a citizen's things, by the citizen; made while the table is in use."""

from alembic import op

from shared import schema

revision = "0012"
down_revision = "0011"

INDEX = """
CREATE INDEX notification_concerns ON notification (concerns, about) WHERE concerns IS NOT NULL;
"""


def upgrade() -> None:
    schema.run_concurrently(op, INDEX)
