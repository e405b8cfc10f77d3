"""Campaigns (V6), and who has said no to being contacted (S4)."""

from alembic import op

from shared import schema

revision = "0004"
down_revision = "0003"

CAMPAIGNS = """
CREATE TABLE campaign (
    campaign_id       uuid PRIMARY KEY,
    organisation      text NOT NULL,
    series            text NOT NULL,
    round             integer NOT NULL,
    follows           uuid REFERENCES campaign,
    category          text NOT NULL CHECK (category IN ('research', 'survey', 'information')),
    sender_name       text NOT NULL,
    sender_sensitive  boolean NOT NULL,
    texts             jsonb NOT NULL,
    minimum_age       integer NOT NULL,
    urgent            boolean NOT NULL,
    per_minute        integer CHECK (per_minute > 0),
    state             text NOT NULL
        CHECK (state IN ('draft', 'checked', 'approved', 'running', 'paused', 'stopped', 'finished')),
    version           integer NOT NULL,
    created_at        timestamptz NOT NULL,
    changed_at        timestamptz NOT NULL,
    uploading         uuid,
    checked_at        timestamptz,
    check_report      jsonb,
    tested_at         timestamptz,
    approved_at       timestamptz,
    started_at        timestamptz,
    ended_at          timestamptz,
    held_because      text,
    links_checked_at  timestamptz,
    paced_until       timestamptz,
    CONSTRAINT campaign_round UNIQUE (organisation, series, round)
);
CREATE INDEX campaign_newest ON campaign (created_at DESC, campaign_id DESC);
CREATE INDEX campaign_running ON campaign (campaign_id) WHERE state = 'running';

-- `line` is the one in the file that the author sent; nothing else of the file is kept
CREATE TABLE campaign_recipient (
    citizen     text NOT NULL,
    campaign_id uuid NOT NULL REFERENCES campaign,
    line        integer NOT NULL,
    reference   text,
    status      text NOT NULL CHECK (status IN ('waiting', 'handed-over', 'excluded')),
    reason      text,
    due_at      timestamptz NOT NULL,
    PRIMARY KEY (citizen, campaign_id)
);
CREATE UNIQUE INDEX campaign_recipient_line ON campaign_recipient (campaign_id, line);
CREATE INDEX campaign_recipient_due ON campaign_recipient (campaign_id, due_at, line) WHERE status = 'waiting';

-- who did what, when: added to, never changed
CREATE TABLE campaign_step (
    campaign_id uuid NOT NULL REFERENCES campaign,
    step_id     bigint GENERATED ALWAYS AS IDENTITY,
    action      text NOT NULL,
    actor       text NOT NULL,
    actor_kind  text NOT NULL CHECK (actor_kind IN ('machine', 'person', 'service')),
    client_id   text,
    at          timestamptz NOT NULL,
    details     jsonb NOT NULL,
    PRIMARY KEY (campaign_id, step_id)
);

ALTER TABLE notification
    ADD COLUMN campaign_id uuid REFERENCES campaign,
    ADD COLUMN urgent boolean NOT NULL DEFAULT false;
CREATE INDEX notification_campaign ON notification (campaign_id, status) WHERE campaign_id IS NOT NULL;

-- a copy of what consent-api tells: asked besides consent-api itself, never instead of it
CREATE TABLE reservation (
    citizen    text NOT NULL,
    kind       text NOT NULL,
    reserved   boolean NOT NULL,
    version    integer NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (citizen, kind)
);
"""


def upgrade() -> None:
    schema.run_sql(op, CAMPAIGNS)
