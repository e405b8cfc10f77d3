"""Several notifications in one message, quiet hours, receipts, and what became of each notification.

Wider only: what the code before this writes is read as a message of its own.
"""

from alembic import op

from shared import schema

revision = "0002"
down_revision = "0001"

WIDER = """
ALTER TABLE notification_settings ADD COLUMN quiet_hours text NOT NULL DEFAULT '21:00-08:00';

ALTER TABLE notification
    ADD COLUMN occasion     text NOT NULL DEFAULT '',
    ADD COLUMN lane         smallint NOT NULL DEFAULT 1 CONSTRAINT notification_lane_known CHECK (lane IN (0, 1, 2)),
    ADD COLUMN message_id   uuid,
    ADD COLUMN carrier      boolean NOT NULL DEFAULT true,
    ADD COLUMN not_after    timestamptz,
    ADD COLUMN delivered_at timestamptz,
    ADD COLUMN template     text,
    ADD COLUMN trail        jsonb NOT NULL DEFAULT '[]',
    DROP CONSTRAINT notification_status_check,
    ADD CONSTRAINT notification_status_known
        CHECK (status IN ('waiting', 'sending', 'sent', 'delivered', 'failed', 'dropped')),
    DROP CONSTRAINT notification_once,
    -- V3: one occasion of one thing gives one notification on each channel
    ADD CONSTRAINT notification_once UNIQUE NULLS NOT DISTINCT (citizen, about, kind, occasion, channel);

UPDATE notification SET message_id = notification_id;

DROP INDEX notification_due;
CREATE INDEX notification_due ON notification (channel, lane, due_at)
    WHERE status IN ('waiting', 'sending') AND carrier;
-- a provider's receipt names the message
CREATE INDEX notification_message ON notification (message_id);

ALTER TABLE ended_thing
    DROP CONSTRAINT ended_thing_reason_check,
    ADD CONSTRAINT ended_thing_reason_known CHECK (reason IN ('revoked', 'expired', 'ended', 'opened', 'removed'));

-- how far a provider's throughput has been used, for all workers together
CREATE TABLE provider_pace (
    channel    text PRIMARY KEY CHECK (channel IN ('sms', 'email')),
    used_until timestamptz NOT NULL
);

CREATE TABLE contact_confirmation (
    citizen         text NOT NULL,
    channel         text NOT NULL CHECK (channel IN ('sms', 'email')),
    confirmation_id uuid NOT NULL,
    contact_point   text NOT NULL,
    tries           integer NOT NULL DEFAULT 0,
    expires_at      timestamptz NOT NULL,
    PRIMARY KEY (citizen, channel)
);
"""


def upgrade() -> None:
    schema.run_sql(op, WIDER)
