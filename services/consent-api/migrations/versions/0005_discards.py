"""Dead letters that operators discard."""

from alembic import op

from shared import schema

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    schema.run(op, "dead_letter_discards")
