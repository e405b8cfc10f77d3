"""The first schema. There is no way back down: schemas are widened first and narrowed a release later."""

from alembic import op

from shared import schema

revision = "0001"
down_revision = None

TABLES = """
CREATE TABLE notification_settings (
    citizen    text PRIMARY KEY,
    language   text NOT NULL CHECK (language IN ('nb', 'nn', 'en')),
    phone      text,
    email      text,
    channels   jsonb NOT NULL,
    version    integer NOT NULL,
    changed_at timestamptz NOT NULL
);

CREATE TABLE notification (
    citizen             text NOT NULL,
    notification_id     uuid NOT NULL,
    about               text NOT NULL,
    kind                text NOT NULL,
    category            text NOT NULL,
    channel             text CHECK (channel IN ('sms', 'email')),
    instead_of          uuid,
    tool_id             uuid,
    event_id            uuid NOT NULL,
    correlation         jsonb NOT NULL,
    language            text NOT NULL,
    status              text NOT NULL CHECK (status IN ('waiting', 'sending', 'sent', 'failed', 'dropped')),
    reason              text,
    attempts            integer NOT NULL DEFAULT 0,
    happened_at         timestamptz NOT NULL,
    created_at          timestamptz NOT NULL,
    due_at              timestamptz NOT NULL,
    sent_at             timestamptz,
    sent_to             text,
    provider_message_id text,
    PRIMARY KEY (citizen, notification_id),
    -- V3: one thing gives one notification on each channel
    CONSTRAINT notification_once UNIQUE NULLS NOT DISTINCT (citizen, about, kind, channel),
    CONSTRAINT notification_channel_known CHECK (channel IS NOT NULL OR status = 'dropped')
);

-- what waits, and what is being sent and comes back when its lease has run out
CREATE INDEX notification_due ON notification (channel, due_at) WHERE status IN ('waiting', 'sending');
CREATE INDEX notification_newest ON notification (citizen, created_at DESC, notification_id DESC);

-- the end of a thing is remembered, because it can be heard of before the thing itself is
CREATE TABLE ended_thing (
    citizen  text NOT NULL,
    about    text NOT NULL,
    reason   text NOT NULL CHECK (reason IN ('revoked', 'expired')),
    ended_at timestamptz NOT NULL,
    PRIMARY KEY (citizen, about)
);

CREATE TABLE tool_stop (
    tool_id    uuid PRIMARY KEY,
    sequence   bigint NOT NULL,
    stopped_at timestamptz NOT NULL
);

CREATE TABLE consent_level (
    citizen    text PRIMARY KEY,
    level      text NOT NULL,
    version    integer NOT NULL,
    changed_at timestamptz NOT NULL
);
"""


def upgrade() -> None:
    schema.run(op, "tables", "dpop_proof")
    schema.run_sql(op, TABLES)
