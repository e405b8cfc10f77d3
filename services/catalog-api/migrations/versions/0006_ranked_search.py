"""Ranked search (K5)."""

from alembic import op

from shared import schema

revision = "0006"
down_revision = "0005"

# The three texts of the first schema are no longer written nor read, and go with a later release. What is published
# while the release before is still running beside this one, that one does not find by `q`.
TABLES = """
-- what lists show is in it, and a quarter to read: no long texts
CREATE FUNCTION tool_summary(document jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    (document - ARRAY['keywords', 'integration', 'dataUse']) || jsonb_build_object('texts', (
        SELECT jsonb_object_agg(language, texts - ARRAY['longText', 'practitionerText'])
        FROM jsonb_each(document -> 'texts') AS t (language, texts)
    ));

ALTER TABLE tool
    ADD COLUMN summary        jsonb NOT NULL GENERATED ALWAYS AS (tool_summary(document)) STORED,
    ADD COLUMN search         tsvector,
    ADD COLUMN search_weighed tsvector,
    ADD COLUMN search_stand   bigint,
    ALTER COLUMN search_name     SET DEFAULT '',
    ALTER COLUMN search_keywords SET DEFAULT '',
    ALTER COLUMN search_text     SET DEFAULT '';

DROP INDEX ix_tool_search_text;
CREATE INDEX ix_tool_search ON tool USING gin (search) WITH (fastupdate = off);
CREATE INDEX ix_tool_search_weighed ON tool USING gin (search_weighed) WITH (fastupdate = off);
CREATE TRIGGER tr_tool_search BEFORE INSERT OR UPDATE OF document ON tool
    FOR EACH ROW EXECUTE FUNCTION search_index();

UPDATE tool SET document = document;
"""


def upgrade() -> None:
    schema.run(op, "search")
    schema.run_sql(op, TABLES)
