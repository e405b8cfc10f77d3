"""The first schema."""

from alembic import op

from shared import schema

revision = "0001"
down_revision = None


def upgrade() -> None:
    schema.run(op, "tables", "dpop_proof")
