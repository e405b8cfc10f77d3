"""What has been asked for, counted for limits."""

from alembic import op

from shared import schema

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    schema.run(op, "rate_count")
