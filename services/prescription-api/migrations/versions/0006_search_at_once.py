"""New words are searched at once (K5)."""

from alembic import op

from shared import schema

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    schema.run(op, "search_at_once")
