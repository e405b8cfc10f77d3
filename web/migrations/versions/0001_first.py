"""The first schema. There is no way back down: schemas are widened first and narrowed a release later."""

from alembic import op

from shared import schema

revision = "0001"
down_revision = None

# what is sealed is AES-GCM, its key in no database
TABLES = """
-- a browser that is signed in; the cookie holds the id, the table only what it hashes to
CREATE TABLE session (
    id_digest        bytea NOT NULL,
    front_end        text NOT NULL,
    identity         bytea NOT NULL,
    tokens           bytea,
    contents         bytea,
    refreshing_until timestamptz,
    last_seen_at     timestamptz NOT NULL DEFAULT now(),
    created_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_session PRIMARY KEY (id_digest)
);
CREATE INDEX ix_session_last_seen_at ON session (last_seen_at);
CREATE INDEX ix_session_last_seen_at_open ON session (last_seen_at) WHERE tokens IS NOT NULL;

-- a browser on its way to the issuer and back: good once, for ten minutes, in that browser
CREATE TABLE sign_in (
    state_digest   bytea NOT NULL,
    browser_digest bytea NOT NULL,
    kept           bytea NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_sign_in PRIMARY KEY (state_digest)
);
CREATE INDEX ix_sign_in_created_at ON sign_in (created_at);

-- what somebody had typed when their session was over, for the same person in the same browser
CREATE TABLE kept_form (
    browser_digest bytea NOT NULL,
    path_digest    bytea NOT NULL,
    fields         bytea NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_kept_form PRIMARY KEY (browser_digest, path_digest)
);
CREATE INDEX ix_kept_form_created_at ON kept_form (created_at);
"""


def upgrade() -> None:
    schema.run_sql(op, TABLES)
