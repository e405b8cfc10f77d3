"""Months of the outbox are dropped by a function, so that who serves need not own the tables (0063)."""

from alembic import op

from shared import schema

revision = "0012"
down_revision = "0011"


# Who does not own the log cannot have it dropped by saying that it is later than it is
GUARDED = """
ALTER FUNCTION drop_access_log_months(timestamptz, integer) RENAME TO drop_access_log_months_at;

CREATE FUNCTION drop_access_log_months(moment timestamptz, years integer DEFAULT 5)
RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    IF current_user <> session_user AND (moment > now() + interval '1 day' OR years < 5) THEN
        RAISE EXCEPTION 'the access log is kept for five years' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN drop_access_log_months_at(moment, years);
END $$;
"""


def upgrade() -> None:
    schema.run(op, "outbox_months")
    schema.run_sql(op, GUARDED)
