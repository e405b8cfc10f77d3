"""Who is the one of its kind that works, and until when."""

from alembic import op

from shared import schema

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    schema.run(op, "lease")
