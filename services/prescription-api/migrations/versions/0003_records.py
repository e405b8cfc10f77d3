"""The access log by the quarter, added to and never changed; and organisations reading their own (P8, P11, P13)."""

from alembic import op

from shared import schema

revision = "0003"
down_revision = "0002"

COLUMNS = """
ALTER TABLE access_log ADD COLUMN IF NOT EXISTS outcome text;
-- a machine has no HPR number
ALTER TABLE access_log ALTER COLUMN hpr_number DROP NOT NULL;
ALTER TABLE access_log DROP CONSTRAINT access_log_action_check;
ALTER TABLE access_log ADD CONSTRAINT access_log_action_check CHECK (action IN
    ('looked-up', 'prescribed', 'prescribing-refused', 'revoked', 'ended', 'searched', 'read', 'asked-prescribers'));
"""

# The table so far becomes the first partition, its rows staying where they are. What older code reads and writes keeps
# its name and its columns.
PARTITIONS = """
ALTER TABLE access_log RENAME TO access_log_first;
ALTER INDEX access_log_pkey RENAME TO access_log_first_pkey;

CREATE TABLE access_log (LIKE access_log_first INCLUDING ALL) PARTITION BY RANGE (at);

DO $$
DECLARE
    latest timestamptz := (SELECT greatest(now(), max(at)) FROM access_log_first);
    quarter timestamp := date_trunc('quarter', latest AT TIME ZONE 'UTC');
    first text := 'access_log_' || to_char(quarter, 'YYYY"_q"Q');
BEGIN
    EXECUTE format('ALTER TABLE access_log_first RENAME TO %I', first);
    EXECUTE format('ALTER INDEX access_log_first_pkey RENAME TO %I', first || '_pkey');
    EXECUTE format('ALTER TABLE access_log ATTACH PARTITION %I FOR VALUES FROM (MINVALUE) TO (%L)',
                   first, (quarter + interval '3 months') AT TIME ZONE 'UTC');
END $$;

-- the net under the quarters: a write never fails because nobody made the quarter's partition in time
CREATE TABLE access_log_default PARTITION OF access_log DEFAULT;

CREATE FUNCTION ensure_access_log_partitions(moment timestamptz DEFAULT now(), quarters integer DEFAULT 4)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    first timestamp := date_trunc('quarter', moment AT TIME ZONE 'UTC');
    quarter timestamp;
BEGIN
    FOR step IN 0..quarters LOOP
        quarter := first + make_interval(months => 3 * step);
        BEGIN
            EXECUTE format(
                'CREATE TABLE IF NOT EXISTS %I PARTITION OF access_log FOR VALUES FROM (%L) TO (%L)',
                'access_log_' || to_char(quarter, 'YYYY"_q"Q'),
                quarter AT TIME ZONE 'UTC',
                (quarter + interval '3 months') AT TIME ZONE 'UTC'
            );
        EXCEPTION WHEN check_violation OR invalid_object_definition THEN
            NULL; -- that quarter's rows already lie in the default partition, or in the first one, and stay there
        END;
    END LOOP;
END $$;

SELECT ensure_access_log_partitions();

-- returns how many quarters it dropped
CREATE FUNCTION drop_access_log_partitions(moment timestamptz DEFAULT now(), years integer DEFAULT 5)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    kept_from timestamptz := moment - make_interval(years => years);
    partition text;
    dropped integer := 0;
BEGIN
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

APPEND_ONLY = """
CREATE FUNCTION keep_access_log_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < now() - interval '5 years' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the access log is added to and never changed' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER access_log_append_only BEFORE UPDATE OR DELETE ON access_log
    FOR EACH ROW EXECUTE FUNCTION keep_access_log_entry();
"""

# an organisation's own, by when they were prescribed and by when they last changed
INDEXES = """
CREATE INDEX prescription_organisation ON prescription (organisation, prescribed_at, prescription_id);
CREATE INDEX prescription_organisation_changed ON prescription (organisation, changed_at, prescription_id);
"""


def upgrade() -> None:
    schema.run_sql(op, COLUMNS + PARTITIONS + APPEND_ONLY + INDEXES)
