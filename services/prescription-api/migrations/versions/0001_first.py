"""The first schema. There is no way back down: schemas are widened first and narrowed a release later."""

from alembic import op

from shared import schema

revision = "0001"
down_revision = None

TABLES = """
CREATE TABLE tool_copy (
    tool_id       uuid PRIMARY KEY,
    sequence      bigint NOT NULL,
    stopped       boolean NOT NULL DEFAULT false,
    stop_category text,
    name          text,
    search_text   text,
    document      jsonb
);

CREATE INDEX tool_copy_name ON tool_copy (name, tool_id) WHERE document IS NOT NULL AND NOT stopped;

CREATE TABLE catalogue_position (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    cursor   text NOT NULL,
    read_at  timestamptz NOT NULL
);

CREATE TABLE prescription (
    citizen              text NOT NULL,
    prescription_id      uuid NOT NULL,
    tool_id              uuid NOT NULL,
    tool_revision        integer NOT NULL,
    state                text NOT NULL CHECK (state IN
                         ('active', 'opened', 'ended', 'revoked', 'removed', 'expired', 'stopped')),
    version              integer NOT NULL DEFAULT 1,
    prescriber_hpr       text NOT NULL,
    prescriber_name      text NOT NULL,
    prescriber_profession text,
    organisation         text NOT NULL,
    client_id            text NOT NULL,
    message              text,
    journal_note         jsonb NOT NULL,
    prescribed_at        timestamptz NOT NULL,
    deadline             timestamptz NOT NULL,
    opened_at            timestamptz,
    changed_at           timestamptz NOT NULL,
    PRIMARY KEY (citizen, prescription_id)
);

-- P6: one patient has at most one live prescription of one tool, also when two are written at the same instant
CREATE UNIQUE INDEX prescription_live ON prescription (citizen, tool_id) WHERE state IN ('active', 'opened');
CREATE INDEX prescription_id ON prescription (prescription_id);

CREATE TABLE access_log (
    citizen         text NOT NULL,
    at              timestamptz NOT NULL,
    entry_id        uuid NOT NULL,
    action          text NOT NULL CHECK (action IN ('looked-up', 'prescribed')),
    hpr_number      text NOT NULL,
    name            text NOT NULL,
    profession      text,
    organisation    text NOT NULL,
    client_id       text NOT NULL,
    tool_id         uuid,
    prescription_id uuid,
    PRIMARY KEY (citizen, at, entry_id)
);
"""


def upgrade() -> None:
    schema.run(op, "tables", "dpop_proof")
    schema.run_sql(op, TABLES)
