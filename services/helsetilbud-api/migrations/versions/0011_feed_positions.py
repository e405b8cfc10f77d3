"""How far the change feeds of others have been read, and when their owners last confirmed them (decision 0045)."""

from alembic import op

from shared import schema

revision = "0011"
down_revision = "0010"

# catalogue_position stays for the release before
_GO_ON = "INSERT INTO feed_position (feed, cursor) SELECT 'tools', cursor FROM catalogue_position;"


def upgrade() -> None:
    schema.run(op, "feed_position")
    schema.run_sql(op, _GO_ON)
