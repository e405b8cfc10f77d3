"""Ranked search in the copy of the catalogue (P2, K5)."""

from alembic import op

from shared import schema

revision = "0004"
down_revision = "0003"

# search_text is no longer written nor read, and goes with a later release.
TABLES = """
ALTER TABLE tool_copy
    ADD COLUMN search         tsvector,
    ADD COLUMN search_weighed tsvector,
    ADD COLUMN search_stand   bigint;

CREATE INDEX ix_tool_copy_search ON tool_copy USING gin (search) WITH (fastupdate = off);
CREATE INDEX ix_tool_copy_search_weighed ON tool_copy USING gin (search_weighed) WITH (fastupdate = off);
CREATE TRIGGER tr_tool_copy_search BEFORE INSERT OR UPDATE OF document ON tool_copy
    FOR EACH ROW EXECUTE FUNCTION search_index();

UPDATE tool_copy SET document = document;
"""


def upgrade() -> None:
    schema.run(op, "search")
    schema.run_sql(op, TABLES)
