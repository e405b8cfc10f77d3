"""What citizens see, put together from events (M5): tools, their own tools, feed, consent.

There is no downgrade: schemas are widened first and narrowed a release later.
"""

from alembic import op

from shared import schema

revision = "0001"
down_revision = None

TABLES = """
-- a tool as the catalogue last told; the document is missing while only its stop is known
CREATE TABLE tool_copy (
    tool_id       uuid NOT NULL,
    sequence      bigint NOT NULL,
    stopped       boolean NOT NULL DEFAULT false,
    stop_category text,
    document      jsonb,
    texts         jsonb,
    search_text   text,
    CONSTRAINT pk_tool_copy PRIMARY KEY (tool_id)
);

-- how far the catalogue's change feed has been read
CREATE TABLE catalogue_position (
    only_row boolean NOT NULL DEFAULT true,
    cursor   text NOT NULL,
    read_at  timestamptz NOT NULL,
    CONSTRAINT pk_catalogue_position PRIMARY KEY (only_row),
    CONSTRAINT ck_catalogue_position_only_row CHECK (only_row)
);

-- COLLATE "C": references are compared byte by byte, whatever the database's own collation is
CREATE TABLE consent_copy (
    citizen text COLLATE "C" NOT NULL,
    level   text NOT NULL,
    version integer NOT NULL,
    CONSTRAINT pk_consent_copy PRIMARY KEY (citizen),
    CONSTRAINT ck_consent_copy_level CHECK (level IN ('none', 'basis', 'full'))
);

-- A row without a state holds nothing but ends that were known before their prescriptions. Prescriptions that ended are
-- kept by id, so that one that is late in coming does not come back.
CREATE TABLE citizen_tool (
    citizen               text COLLATE "C" NOT NULL,
    tool_id               uuid NOT NULL,
    state                 text,
    origin                text,
    added_at              timestamptz,
    prescription_id       uuid,
    prescriber_name       text,
    prescriber_profession text,
    organisation          text,
    organisation_name     text,
    deadline              timestamptz,
    first_opened_at       timestamptz,
    last_opened_at        timestamptz,
    ended_prescriptions   jsonb NOT NULL DEFAULT '{}',
    CONSTRAINT pk_citizen_tool PRIMARY KEY (citizen, tool_id),
    CONSTRAINT ck_citizen_tool_state CHECK (state IN ('active', 'removed', 'revoked', 'expired')),
    CONSTRAINT ck_citizen_tool_origin CHECK (origin IN ('prescribed', 'self-added')),
    CONSTRAINT ck_citizen_tool_known CHECK (state IS NULL OR (origin IS NOT NULL AND added_at IS NOT NULL))
);

-- whom to tell when a tool is stopped
CREATE INDEX ix_citizen_tool_tool_id ON citizen_tool (tool_id) WHERE state = 'active';

-- A row without a kind holds nothing but notifications that were known before what they are about.
CREATE TABLE feed_event (
    citizen         text COLLATE "C" NOT NULL,
    feed_event_id   uuid NOT NULL,
    kind            text,
    occurred_at     timestamptz,
    tool_id         uuid,
    prescription_id uuid,
    prescriber_name text,
    notified        jsonb NOT NULL DEFAULT '[]',
    CONSTRAINT pk_feed_event PRIMARY KEY (citizen, feed_event_id),
    CONSTRAINT ck_feed_event_kind CHECK (
        kind IN ('tool-prescribed', 'tool-revoked', 'tool-expired', 'tool-withdrawn', 'tool-reinstated')
    ),
    CONSTRAINT ck_feed_event_known CHECK (kind IS NULL OR (occurred_at IS NOT NULL AND tool_id IS NOT NULL))
);

CREATE INDEX ix_feed_event_newest ON feed_event (citizen, occurred_at, feed_event_id) WHERE kind IS NOT NULL;

-- when it was last seen that no event waits (helsetilbud_api.citizen.freshness)
CREATE TABLE freshness (
    only_row boolean NOT NULL DEFAULT true,
    as_of    timestamptz NOT NULL,
    CONSTRAINT pk_freshness PRIMARY KEY (only_row),
    CONSTRAINT ck_freshness_only_row CHECK (only_row)
);
"""


def upgrade() -> None:
    schema.run(op, "tables", "dpop_proof")
    schema.run_sql(op, TABLES)
