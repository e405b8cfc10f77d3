"""The first schema. There is no way back down: schemas are widened first and narrowed a release later."""

from alembic import op

from shared import schema

revision = "0001"
down_revision = None

TABLES = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- a tool as it is now; the columns beside the document are what lists filter, search and sort by
CREATE TABLE tool (
    tool_id               uuid NOT NULL,
    revision              integer NOT NULL,
    status                text NOT NULL,
    stop_category         text,
    stop_reason           text,
    purpose               text NOT NULL,
    kind                  text NOT NULL,
    subject_areas         text[] NOT NULL,
    target_groups         text[] NOT NULL,
    languages             text[] NOT NULL,
    national              boolean NOT NULL,
    login_required        boolean NOT NULL,
    prescription_required boolean NOT NULL,
    sort_nb               text COLLATE "C" NOT NULL,
    sort_nn               text COLLATE "C" NOT NULL,
    sort_en               text COLLATE "C" NOT NULL,
    search_name           text NOT NULL,
    search_keywords       text NOT NULL,
    search_text           text NOT NULL,
    document              jsonb NOT NULL,
    published_at          timestamptz NOT NULL,
    updated_at            timestamptz NOT NULL,
    CONSTRAINT pk_tool PRIMARY KEY (tool_id),
    CONSTRAINT ck_tool_revision CHECK (revision >= 1),
    CONSTRAINT ck_tool_status CHECK (status IN ('published', 'stopped')),
    CONSTRAINT ck_tool_stopped_for_a_reason CHECK (
        (status = 'stopped') = (stop_category IS NOT NULL) AND (status = 'stopped') = (stop_reason IS NOT NULL)
    )
);

CREATE INDEX ix_tool_sort_nb ON tool (sort_nb, tool_id) WHERE status = 'published' AND national;
CREATE INDEX ix_tool_sort_nn ON tool (sort_nn, tool_id) WHERE status = 'published' AND national;
CREATE INDEX ix_tool_sort_en ON tool (sort_en, tool_id) WHERE status = 'published' AND national;
CREATE INDEX ix_tool_search_text ON tool USING gin (search_text gin_trgm_ops);

CREATE TABLE tool_revision (
    tool_id      uuid NOT NULL,
    revision     integer NOT NULL,
    document     jsonb NOT NULL,
    published_at timestamptz NOT NULL,
    actor        text NOT NULL,
    CONSTRAINT pk_tool_revision PRIMARY KEY (tool_id, revision),
    CONSTRAINT fk_tool_revision_tool_id FOREIGN KEY (tool_id) REFERENCES tool
);

-- the change feed; the sequence has no gaps because its writers take turns (catalog_api.queries.next_sequence)
CREATE TABLE tool_change (
    sequence   bigint NOT NULL,
    tool_id    uuid NOT NULL,
    revision   integer NOT NULL,
    change     text NOT NULL,
    changed_at timestamptz NOT NULL,
    actor      text NOT NULL,
    reason     text,
    category   text,
    CONSTRAINT pk_tool_change PRIMARY KEY (sequence),
    CONSTRAINT fk_tool_change_tool_id_revision FOREIGN KEY (tool_id, revision) REFERENCES tool_revision,
    CONSTRAINT ck_tool_change_change CHECK (change IN ('published', 'updated', 'stopped', 'reinstated')),
    CONSTRAINT ck_tool_change_stopped_for_a_reason CHECK (
        change <> 'stopped' OR (reason IS NOT NULL AND category IS NOT NULL)
    )
);

CREATE INDEX ix_tool_change_tool_id ON tool_change (tool_id, sequence);
"""


def upgrade() -> None:
    schema.run(op, "tables", "dpop_proof")
    schema.run_sql(op, TABLES)
