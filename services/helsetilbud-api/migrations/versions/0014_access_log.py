"""Who at an office named a citizen by number, for the citizen to read (P13)."""

from alembic import op

from shared import schema

revision = "0014"
down_revision = "0013"

TABLE = """
CREATE TABLE access_log (
    citizen     text COLLATE "C" NOT NULL,
    at          timestamptz NOT NULL,
    entry_id    uuid NOT NULL,
    action      text NOT NULL,
    her_id      integer NOT NULL,
    office_name text NOT NULL,
    name        text,
    role        text NOT NULL,
    hpr_number  text,
    client_id   text NOT NULL,
    CONSTRAINT pk_access_log PRIMARY KEY (citizen, at, entry_id),
    CONSTRAINT ck_access_log_action CHECK (action IN ('looked-up', 'named-editor')),
    CONSTRAINT ck_access_log_role CHECK (role IN ('gp', 'editor'))
);

-- what the purge goes by
CREATE INDEX ix_access_log_purged ON access_log (at);

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


def upgrade() -> None:
    schema.run_sql(op, TABLE)
