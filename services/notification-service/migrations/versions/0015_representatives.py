"""Whether a representative may use the tool that a notification is about (V1, S5).

Of what is there already it is not known, so that what waits for others is dropped when it is taken up.
"""

from alembic import op

from shared import schema

revision = "0015"
down_revision = "0014"

COLUMN = """
ALTER TABLE notification ADD COLUMN representative_may_use boolean;
"""


def upgrade() -> None:
    schema.run_sql(op, COLUMN)
