"""Months of the outbox are dropped by a function, so that who serves need not own the tables (0063)."""

from alembic import op

from shared import schema

revision = "0012"
down_revision = "0011"


# Who does not own the log cannot have it dropped by saying that it is later than it is
GUARDED = """
CREATE OR REPLACE FUNCTION drop_access_log_months(moment timestamptz, years integer DEFAULT 5)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    kept_from timestamptz := moment - make_interval(years => years);
    partition text;
    dropped integer := 0;
BEGIN
    IF current_user <> session_user AND (moment > now() + interval '1 day' OR years < 5) THEN
        RAISE EXCEPTION 'the access log is kept for five years' USING ERRCODE = 'insufficient_privilege';
    END IF;
    FOR partition IN
        SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent IN ('access_call'::regclass, 'access_entry'::regclass)
          AND relname ~ '_[0-9]{4}_[0-9]{2}$'
          AND (make_timestamp(left(right(relname, 7), 4)::int, right(relname, 2)::int, 1, 0, 0, 0)
               + interval '1 month') AT TIME ZONE 'UTC' <= kept_from
    LOOP
        EXECUTE format('DROP TABLE %I', partition);
        dropped := dropped + 1;
    END LOOP;
    DELETE FROM access_call_default WHERE at < kept_from;
    DELETE FROM access_entry_default WHERE at < kept_from;
    RETURN dropped;
END $$;
"""


def upgrade() -> None:
    schema.run(op, "outbox_months")
    schema.run_sql(op, GUARDED)
