"""How far the change feeds of others have been read, and when their owners last confirmed them (decision 0045)."""

from alembic import op

from shared import schema

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    schema.run(op, "feed_position")
