"""Who was asked about in a large call waits in one row, and is sorted into the access log within seconds (P13)."""

from alembic import op

from shared.schema import run_sql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# EXTERNAL: references do not compress, and trying costs time
_WAITING = """
CREATE TABLE access_waiting (
    call_id  bigint NOT NULL,
    at       timestamptz NOT NULL,
    citizens text[] NOT NULL,
    CONSTRAINT pk_access_waiting PRIMARY KEY (call_id)
);
ALTER TABLE access_waiting ALTER COLUMN citizens SET STORAGE EXTERNAL;
"""


def upgrade() -> None:
    run_sql(op, _WAITING)


# no downgrade: schemas go forward only, expand first and contract a release later
