"""Submissions and their approval (K2, K3), what has happened to each tool, and its image."""

from alembic import op

from shared import schema

revision = "0003"
down_revision = "0002"

TABLES = """
-- a tool, or a new revision of one, on its way to being published; base_revision is the one it changes
CREATE TABLE submission (
    submission_id      uuid NOT NULL,
    tool_id            uuid NOT NULL,
    base_revision      integer,
    state              text NOT NULL,
    approval           text NOT NULL,
    version            integer NOT NULL,
    supplier           text NOT NULL,
    submitters         text[] NOT NULL,
    health_body        text,
    tool               jsonb NOT NULL,
    check_list         jsonb NOT NULL,
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL,
    submitted_at       timestamptz,
    CONSTRAINT pk_submission PRIMARY KEY (submission_id),
    CONSTRAINT ck_submission_state CHECK (
        state IN ('draft', 'submitted', 'assured', 'verified', 'published', 'returned', 'rejected', 'withdrawn')
    ),
    CONSTRAINT ck_submission_approval CHECK (approval IN ('light', 'full')),
    CONSTRAINT ck_submission_light_changes_something CHECK (approval = 'full' OR base_revision IS NOT NULL)
);

CREATE UNIQUE INDEX uq_submission_open ON submission (tool_id)
    WHERE state NOT IN ('published', 'rejected', 'withdrawn');
CREATE INDEX ix_submission_tool_id ON submission (tool_id);
CREATE INDEX ix_submission_created_at ON submission (created_at, submission_id);
CREATE INDEX ix_submission_supplier ON submission (supplier, created_at, submission_id);
CREATE INDEX ix_submission_health_body ON submission (health_body, created_at, submission_id);

-- what was done and has no place in the change feed; details are the answers of a check list
CREATE TABLE tool_step (
    step_id       bigint GENERATED ALWAYS AS IDENTITY,
    tool_id       uuid NOT NULL,
    submission_id uuid,
    step          text NOT NULL,
    state         text,
    revision      integer,
    happened_at   timestamptz NOT NULL,
    role          text NOT NULL,
    organisation  text,
    name          text,
    actor         text NOT NULL,
    reason        text,
    details       jsonb,
    CONSTRAINT pk_tool_step PRIMARY KEY (step_id),
    CONSTRAINT fk_tool_step_submission_id FOREIGN KEY (submission_id) REFERENCES submission
);

CREATE INDEX ix_tool_step_tool_id ON tool_step (tool_id, happened_at);
CREATE INDEX ix_tool_step_submission_id ON tool_step (submission_id, happened_at);

-- whoever does not know these columns leaves them out: the change then says all there is to say
ALTER TABLE tool_change
    ADD COLUMN submission_id uuid,
    ADD COLUMN step          text,
    ADD COLUMN state         text,
    ADD COLUMN role          text,
    ADD COLUMN organisation  text,
    ADD COLUMN name          text,
    ADD CONSTRAINT fk_tool_change_submission_id FOREIGN KEY (submission_id) REFERENCES submission;

CREATE INDEX ix_tool_change_submission_id ON tool_change (submission_id) WHERE submission_id IS NOT NULL;

-- each thing that has happened once: either in the change feed or beside it
CREATE VIEW tool_history AS
    SELECT tool_id, submission_id, happened_at, 0 AS place, step_id AS number, step, state, revision,
           role, organisation, name, reason, NULL::text AS category, details
    FROM tool_step
    UNION ALL
    SELECT tool_id, submission_id, changed_at, 1, sequence, coalesce(step, change), state, revision,
           coalesce(role, CASE WHEN actor = 'seeding' THEN 'system' ELSE 'staff' END), organisation, name, reason,
           category, NULL::jsonb
    FROM tool_change;

-- for tools that are only submitted as well; tag is the digest of the content
CREATE TABLE image (
    tool_id    uuid NOT NULL,
    media_type text NOT NULL,
    content    bytea NOT NULL,
    tag        text NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT pk_image PRIMARY KEY (tool_id),
    CONSTRAINT ck_image_media_type CHECK (media_type IN ('image/png', 'image/svg+xml'))
);

-- what lists say of the image, without looking at it
ALTER TABLE tool ADD COLUMN image_tag text;
"""


def upgrade() -> None:
    schema.run_sql(op, TABLES)
