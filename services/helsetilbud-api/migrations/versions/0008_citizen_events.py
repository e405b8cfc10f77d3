"""What a citizen's pages can be rebuilt from (M5)."""

from alembic import op

from shared import schema

revision = "0008"
down_revision = "0007"

# What is there already goes in as it is: nobody has kept what it was made of.
TABLES = """
CREATE TABLE citizen_event (
    citizen text COLLATE "C" NOT NULL,
    number  bigint GENERATED ALWAYS AS IDENTITY,
    name    text NOT NULL,
    data    jsonb NOT NULL,
    CONSTRAINT pk_citizen_event PRIMARY KEY (citizen, number)
);

INSERT INTO citizen_event (citizen, name, data) SELECT citizen, 'kept.consent_copy', to_jsonb(c) FROM consent_copy c;
INSERT INTO citizen_event (citizen, name, data) SELECT citizen, 'kept.citizen_tool', to_jsonb(t) FROM citizen_tool t;
INSERT INTO citizen_event (citizen, name, data) SELECT citizen, 'kept.feed_event', to_jsonb(e) FROM feed_event e;
"""


def upgrade() -> None:
    schema.run_sql(op, TABLES)
