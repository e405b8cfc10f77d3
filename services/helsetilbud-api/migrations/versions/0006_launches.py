"""Launch codes, and what suppliers know citizens by (M3)."""

from alembic import op

from shared import schema

revision = "0006"
down_revision = "0005"

TABLES = """
-- no foreign keys: a code lives for a minute, and whatever it is of may be rebuilt meanwhile
CREATE TABLE launch (
    digest         bytea NOT NULL,
    tool_id        uuid NOT NULL,
    supplier       text NOT NULL,
    citizen        text COLLATE "C" NOT NULL,
    subject        uuid NOT NULL,
    acting_subject uuid NOT NULL,
    relation       text NOT NULL,
    issued_at      timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL,
    redeemed_at    timestamptz,
    CONSTRAINT pk_launch PRIMARY KEY (digest),
    CONSTRAINT ck_launch_relation CHECK (relation IN ('self', 'parent', 'power-of-attorney'))
);

CREATE INDEX ix_launch_expires_at ON launch USING brin (expires_at);

-- not a projection: a supplier that has been told a subject is told the same one for ever
CREATE TABLE pairwise_subject (
    citizen  text COLLATE "C" NOT NULL,
    supplier text NOT NULL,
    subject  uuid NOT NULL,
    CONSTRAINT pk_pairwise_subject PRIMARY KEY (citizen, supplier)
);
"""


def upgrade() -> None:
    schema.run_sql(op, TABLES)
