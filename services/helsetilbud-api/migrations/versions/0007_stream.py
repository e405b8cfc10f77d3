"""The live feed: the order in which a citizen's entries came (M4)."""

from alembic import op

from shared import schema

revision = "0007"
down_revision = "0006"

# Entries from before have no number, and are in no stream: they are older than any that is open.
TABLES = """
ALTER TABLE feed_event ADD COLUMN arrival bigint;

CREATE INDEX ix_feed_event_arrival ON feed_event (citizen, arrival) WHERE arrival IS NOT NULL;

-- the last number given; locked by whoever gives the next
CREATE TABLE feed_head (
    citizen text COLLATE "C" NOT NULL,
    last    bigint NOT NULL,
    CONSTRAINT pk_feed_head PRIMARY KEY (citizen)
);
"""


def upgrade() -> None:
    schema.run_sql(op, TABLES)
