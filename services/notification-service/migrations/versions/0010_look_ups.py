"""Who has looked up what was sent to whom, and why (P13); added to and never changed."""

from alembic import op

from shared import schema

revision = "0010"
down_revision = "0009"

LOOK_UPS = """
CREATE TABLE look_up (
    citizen      text NOT NULL,
    at           timestamptz NOT NULL,
    entry_id     uuid NOT NULL,
    action       text NOT NULL,
    operator     text NOT NULL,
    name         text,
    organisation text,
    client_id    text NOT NULL,
    reason       text NOT NULL,
    PRIMARY KEY (citizen, at, entry_id)
);
CREATE INDEX look_up_purged ON look_up (at);

CREATE FUNCTION keep_look_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < now() - interval '5 years' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the access log is added to and never changed' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER look_up_append_only BEFORE UPDATE OR DELETE ON look_up
    FOR EACH ROW EXECUTE FUNCTION keep_look_up();
"""


def upgrade() -> None:
    schema.run_sql(op, LOOK_UPS)
