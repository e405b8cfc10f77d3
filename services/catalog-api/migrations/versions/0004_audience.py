"""Whom a restricted tool is for (K5)."""

from alembic import op

from shared import schema

revision = "0004"
down_revision = "0003"

TABLES = """
-- the organisations that a restricted tool is shown to: those it names, its supplier, and who vouches for it
CREATE FUNCTION tool_audience(document jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_agg(DISTINCT organisation) FROM (
        SELECT jsonb_array_elements_text(document -> 'organisations')
        UNION ALL SELECT document #>> '{supplier,organisationNumber}'
        UNION ALL SELECT document #>> '{healthBody,organisationNumber}'
    ) AS named (organisation)
$$;

ALTER TABLE tool ADD COLUMN audience text[] NOT NULL GENERATED ALWAYS AS (tool_audience(document)) STORED;
CREATE INDEX ix_tool_audience ON tool USING gin (audience) WHERE NOT national;
"""


def upgrade() -> None:
    schema.run_sql(op, TABLES)
