"""What has been asked for, counted for limits."""

from alembic import op

from shared import schema

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    schema.run(op, "rate_count")
