"""Ranked search (K5)."""

from alembic import op

from shared import schema

revision = "0006"
down_revision = "0005"

# The three texts of the first schema are no longer written nor read, and go with a later release. What is published
# while the release before is still running beside this one, that one does not find by `q`.
TABLES = """
-- What lists show of a tool, in a language it may not have: JSON text that is not closed yet, because the times and the
-- picture are of the row.
CREATE FUNCTION tool_listed(document jsonb, language text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    rtrim((
        SELECT jsonb_object_agg(name, document -> name) || jsonb_build_object(
            'name', document #> ARRAY['texts', shown, 'name'],
            'shortText', document #> ARRAY['texts', shown, 'shortText'],
            'textLanguage', shown
        )
        FROM
            (SELECT CASE WHEN document #> ARRAY['texts', language] IS NULL THEN 'nb' ELSE language END AS shown) AS s,
            unnest(ARRAY[
                'toolId', 'revision', 'supplier', 'healthBody', 'purpose', 'kind', 'subjectAreas', 'targetGroups',
                'languages', 'national', 'loginRequired', 'prescriptionRequired', 'prescribable', 'minimumAge',
                'representativeMayUse'
            ]) AS name
        GROUP BY shown
    )::text, '}');

ALTER TABLE tool
    ADD COLUMN listed_nb      text NOT NULL GENERATED ALWAYS AS (tool_listed(document, 'nb')) STORED,
    ADD COLUMN listed_nn      text NOT NULL GENERATED ALWAYS AS (tool_listed(document, 'nn')) STORED,
    ADD COLUMN listed_en      text NOT NULL GENERATED ALWAYS AS (tool_listed(document, 'en')) STORED,
    -- read fifty at a time, and not worth unpacking
    ALTER COLUMN listed_nb SET STORAGE EXTERNAL,
    ALTER COLUMN listed_nn SET STORAGE EXTERNAL,
    ALTER COLUMN listed_en SET STORAGE EXTERNAL,
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
