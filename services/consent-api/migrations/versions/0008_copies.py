"""Changes on which nobody's standing depends are in the feed as well, for our own services' copies."""

from alembic import op

from shared.schema import run_sql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_STANDING = """
ALTER TABLE standing_change ADD COLUMN standing boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN standing_change.standing IS 'false: told to our own services only';
"""


def upgrade() -> None:
    run_sql(op, _STANDING)


# no downgrade: schemas go forward only, expand first and contract a release later
