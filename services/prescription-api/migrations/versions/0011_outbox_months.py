"""Months of the outbox are dropped by a function, so that who serves need not own the tables (0063)."""

from alembic import op

from shared import schema

revision = "0011"
down_revision = "0010"


# Who does not own the log cannot have it dropped by saying that it is later than it is
GUARDED = """
CREATE OR REPLACE FUNCTION drop_access_log_partitions(moment timestamptz DEFAULT now(), years integer DEFAULT 5)
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
        WHERE inhparent = 'access_log'::regclass AND relname ~ '^access_log_[0-9]{4}_q[1-4]$'
          AND (make_timestamp(substr(relname, 12, 4)::int, right(relname, 1)::int * 3 - 2, 1, 0, 0, 0)
               + interval '3 months') AT TIME ZONE 'UTC' <= kept_from
    LOOP
        EXECUTE format('DROP TABLE %I', partition);
        dropped := dropped + 1;
    END LOOP;
    DELETE FROM access_log_default WHERE at < kept_from;
    RETURN dropped;
END $$;
"""


def upgrade() -> None:
    schema.run(op, "outbox_months")
    schema.run_sql(op, GUARDED)
