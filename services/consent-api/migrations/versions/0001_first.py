"""Consent levels and their history."""

from alembic import op

from shared.schema import run, run_sql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# COLLATE "C": references are compared byte by byte, also where the database's own collation is a language's
_TABLES = """
CREATE TABLE consent (
    citizen    text COLLATE "C" NOT NULL,
    level      text NOT NULL,
    version    integer NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT pk_consent PRIMARY KEY (citizen),
    CONSTRAINT ck_consent_level CHECK (level IN ('none', 'basis', 'full')),
    CONSTRAINT ck_consent_version CHECK (version > 0)
);

CREATE TABLE consent_history (
    citizen    text COLLATE "C" NOT NULL,
    version    integer NOT NULL,
    level      text NOT NULL,
    changed_at timestamptz NOT NULL,
    acted_by   text,
    CONSTRAINT pk_consent_history PRIMARY KEY (citizen, version),
    CONSTRAINT ck_consent_history_level CHECK (level IN ('none', 'basis', 'full'))
);
"""


def upgrade() -> None:
    run(op, "tables", "dpop_proof")
    run_sql(op, _TABLES)


# no downgrade: schemas go forward only, expand first and contract a release later
