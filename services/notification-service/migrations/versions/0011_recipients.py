"""Who is told of what somebody gets (V1, S5), and whose thing a notification is about.

The feed of consents is read from the beginning: what it says of recipients now it has not said before. Until everybody
has been read nothing but codes is sent.
"""

from alembic import op

from shared import schema

revision = "0011"
down_revision = "0010"

RECIPIENTS = """
CREATE TABLE recipients (
    citizen    text PRIMARY KEY,
    version    bigint NOT NULL,
    themselves boolean NOT NULL,
    others     text[] NOT NULL
);
ALTER TABLE notification ADD COLUMN concerns text;
UPDATE feed_position SET cursor = NULL, confirmed_at = NULL WHERE feed = 'consents';
"""


def upgrade() -> None:
    schema.run_sql(op, RECIPIENTS)
