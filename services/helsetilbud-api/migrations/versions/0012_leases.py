"""Who is the one of its kind that works, and until when."""

from alembic import op

from shared import schema

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    schema.run(op, "lease")
