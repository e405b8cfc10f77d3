"""Whom test sendings of campaigns go to, and the trail of each (0053)."""

from alembic import op

from shared import schema

revision = "0013"
down_revision = "0012"

TESTS = """
-- a contact point of somebody's at an organisation that sends letters. Of the address there is a keyed digest alone,
-- and what its owner knows it by; until `confirmed_at` it waits for its code, which is made from the id
CREATE TABLE test_contact (
    test_contact_id uuid PRIMARY KEY,
    organisation    text NOT NULL,
    person          text NOT NULL,
    channel         text NOT NULL CHECK (channel IN ('sms', 'email')),
    address         bytea NOT NULL,
    shown           text NOT NULL,
    tries           integer NOT NULL DEFAULT 0,
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    confirmed_at    timestamptz
);
CREATE INDEX test_contact_newest ON test_contact (organisation, created_at DESC, test_contact_id DESC);
CREATE INDEX test_contact_purged ON test_contact (expires_at);

-- a row for each message; `outcome` is 'sent' or why not, and null when nobody has seen its end
CREATE TABLE test_sending (
    test_sending_id uuid PRIMARY KEY,
    campaign_id     uuid NOT NULL REFERENCES campaign,
    organisation    text NOT NULL,
    actor           text NOT NULL,
    actor_kind      text NOT NULL CHECK (actor_kind IN ('machine', 'person')),
    client_id       text,
    channel         text NOT NULL CHECK (channel IN ('sms', 'email')),
    language        text NOT NULL,
    address         bytea NOT NULL,
    at              timestamptz NOT NULL,
    outcome         text
);
CREATE INDEX test_sending_newest ON test_sending (campaign_id, at DESC, test_sending_id DESC);
CREATE INDEX test_sending_purged ON test_sending (at);

ALTER TABLE campaign ADD COLUMN tested_channels text[] NOT NULL DEFAULT '{}';
"""


def upgrade() -> None:
    schema.run_sql(op, TESTS)
