"""The access log's months: made ahead, and dropped when their youngest entry is five years old (P13)."""

from alembic import op

from shared.schema import run_sql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_MONTHS = """
CREATE FUNCTION make_access_log_months(moment timestamptz, ahead integer DEFAULT 3)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    first timestamp := date_trunc('month', moment AT TIME ZONE 'UTC');
    month timestamp;
    part text;
BEGIN
    FOR step IN 0..ahead LOOP
        month := first + make_interval(months => step);
        FOREACH part IN ARRAY ARRAY['access_call', 'access_entry'] LOOP
            BEGIN
                EXECUTE format(
                    'CREATE TABLE IF NOT EXISTS %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                    part || to_char(month, '_YYYY_MM'),
                    part,
                    month AT TIME ZONE 'UTC',
                    (month + interval '1 month') AT TIME ZONE 'UTC'
                );
            EXCEPTION WHEN check_violation THEN
                NULL; -- rows of that month already lie in the default partition and stay there
            END;
        END LOOP;
    END LOOP;
END $$;

-- returns how many tables it dropped
CREATE FUNCTION drop_access_log_months(moment timestamptz, years integer DEFAULT 5)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    kept_from timestamptz := moment - make_interval(years => years);
    partition text;
    dropped integer := 0;
BEGIN
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

CREATE OR REPLACE FUNCTION refuse_change_of_access_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < now() - interval '5 years' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the access log is only added to' USING ERRCODE = 'insufficient_privilege';
END $$;
"""


def upgrade() -> None:
    run_sql(op, _MONTHS)


# no downgrade: schemas go forward only, expand first and contract a release later
