"""The GP office's offering (H1-H6): settings with their history, people by role, and a copy of patient lists.

There is no downgrade: schemas are widened first and narrowed a release later.
"""

from alembic import op

from shared import schema

revision = "0002"
down_revision = "0001"

TABLES = """
-- Whose list a citizen is on, as the register of GPs last told; neither number for somebody without a GP any more.
-- COLLATE "C": references and names of settings are compared byte by byte
CREATE TABLE patient_gp (
    citizen    text COLLATE "C" NOT NULL,
    hpr_number text,
    her_id     integer,
    sequence   bigint NOT NULL,
    CONSTRAINT pk_patient_gp PRIMARY KEY (citizen),
    CONSTRAINT ck_patient_gp_both CHECK ((hpr_number IS NULL) = (her_id IS NULL))
);

-- how far the register's changes of patient lists have been read
CREATE TABLE gp_register_position (
    only_row boolean NOT NULL DEFAULT true,
    cursor   text NOT NULL,
    read_at  timestamptz NOT NULL,
    CONSTRAINT pk_gp_register_position PRIMARY KEY (only_row),
    CONSTRAINT ck_gp_register_position_only_row CHECK (only_row)
);

-- what an office has decided, each thing under its name (helsetilbud_api.offering.office_settings)
CREATE TABLE office_setting (
    her_id                integer NOT NULL,
    setting               text COLLATE "C" NOT NULL,
    version               integer NOT NULL,
    content               jsonb NOT NULL,
    changed_at            timestamptz NOT NULL,
    changed_by            text COLLATE "C" NOT NULL,
    changed_by_name       text,
    changed_by_role       text NOT NULL,
    changed_by_hpr_number text,
    CONSTRAINT pk_office_setting PRIMARY KEY (her_id, setting),
    CONSTRAINT ck_office_setting_changed_by_role CHECK (changed_by_role IN ('gp', 'editor'))
);

-- every version there has been (H6)
CREATE TABLE office_setting_change (
    her_id                integer NOT NULL,
    setting               text COLLATE "C" NOT NULL,
    version               integer NOT NULL,
    sequence              bigint GENERATED ALWAYS AS IDENTITY,
    change_id             uuid NOT NULL,
    content               jsonb NOT NULL,
    changed_at            timestamptz NOT NULL,
    changed_by            text COLLATE "C" NOT NULL,
    changed_by_name       text,
    changed_by_role       text NOT NULL,
    changed_by_hpr_number text,
    restored_version      integer,
    CONSTRAINT pk_office_setting_change PRIMARY KEY (her_id, setting, version),
    CONSTRAINT ck_office_setting_change_changed_by_role CHECK (changed_by_role IN ('gp', 'editor'))
);

CREATE INDEX ix_office_setting_change_newest ON office_setting_change (her_id, sequence);

-- Who somebody is to an office. What has been decided about them is the setting `editors/<person_id>` or
-- `blocked-patients/<person_id>`, which says nothing of who they are.
CREATE TABLE office_person (
    citizen   text COLLATE "C" NOT NULL,
    her_id    integer NOT NULL,
    role      text NOT NULL,
    person_id uuid NOT NULL,
    CONSTRAINT pk_office_person PRIMARY KEY (citizen, her_id, role),
    CONSTRAINT ck_office_person_role CHECK (role IN ('editor', 'blocked'))
);
"""


def upgrade() -> None:
    schema.run_sql(op, TABLES)
