"""What a prescription goes through until it ends (P7, P10), and attempts in the access log (P13)."""

from alembic import op

from shared import schema

revision = "0002"
down_revision = "0001"

TABLES = """
-- due_at: when something is next to be done about an unopened prescription, a reminder or its expiry. Missing where an
-- older version has written the row: then its deadline is what comes next.
ALTER TABLE prescription
    ADD COLUMN due_at     timestamptz,
    ADD COLUMN end_reason text;

CREATE INDEX prescription_due ON prescription (coalesce(due_at, deadline)) WHERE state = 'active';

-- P6 as before. The tool leads, so that the same index finds whom a stopped tool is taken from.
DROP INDEX prescription_live;
CREATE UNIQUE INDEX prescription_live ON prescription (tool_id, citizen) WHERE state IN ('active', 'opened');
CREATE INDEX prescription_stopped ON prescription (tool_id, citizen) WHERE state = 'stopped';

-- up to which of the tool's changes stopped prescriptions have been brought back
ALTER TABLE tool_copy ADD COLUMN settled_sequence bigint;

-- outcome: the code of a refusal that told the caller something about the citizen; missing for what was done
ALTER TABLE access_log ADD COLUMN outcome text;
ALTER TABLE access_log DROP CONSTRAINT access_log_action_check;
ALTER TABLE access_log ADD CONSTRAINT access_log_action_check CHECK (action IN
    ('looked-up', 'prescribed', 'prescribing-refused', 'revoked', 'ended'));
"""


def upgrade() -> None:
    schema.run_sql(op, TABLES)
