"""Reservations, representation, the register's copy, the change feed, and the access log."""

from alembic import op

from shared.schema import run_sql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_PEOPLE = """
-- what the person register has said; born is kept for those under 16, and next_turn is their next 12th, 13th or 16th
-- birthday
CREATE TABLE person (
    citizen      text COLLATE "C" NOT NULL,
    status       text NOT NULL,
    confidential boolean NOT NULL,
    born         date,
    next_turn    date,
    checked_at   timestamptz NOT NULL,
    CONSTRAINT pk_person PRIMARY KEY (citizen),
    CONSTRAINT ck_person_status CHECK (status IN ('living', 'deceased', 'unknown')),
    CONSTRAINT ck_person_born_until_grown_up CHECK ((born IS NULL) = (next_turn IS NULL))
);
CREATE INDEX ix_person_next_turn ON person (next_turn) WHERE next_turn IS NOT NULL;

CREATE TABLE parent (
    child      text COLLATE "C" NOT NULL,
    parent     text COLLATE "C" NOT NULL,
    active     boolean NOT NULL,
    version    integer NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT pk_parent PRIMARY KEY (child, parent),
    CONSTRAINT ck_parent_of_somebody_else CHECK (child <> parent)
);
CREATE INDEX ix_parent_parent ON parent (parent) WHERE active;

-- a young person's own access: given and taken back by a parent
CREATE TABLE own_access (
    citizen    text COLLATE "C" NOT NULL,
    granted    boolean NOT NULL,
    version    integer NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT pk_own_access PRIMARY KEY (citizen),
    CONSTRAINT ck_own_access_version CHECK (version > 0)
);
CREATE TABLE own_access_history (
    citizen    text COLLATE "C" NOT NULL,
    version    integer NOT NULL,
    granted    boolean NOT NULL,
    changed_at timestamptz NOT NULL,
    acted_by   text COLLATE "C" NOT NULL,
    CONSTRAINT pk_own_access_history PRIMARY KEY (citizen, version)
);

-- the latest power of attorney between two people; valid_to is the last day of it
CREATE TABLE power_of_attorney (
    giver       text COLLATE "C" NOT NULL,
    holder      text COLLATE "C" NOT NULL,
    id          uuid NOT NULL,
    version     integer NOT NULL,
    areas       text[] NOT NULL,
    assigned    boolean NOT NULL,
    valid_from  date NOT NULL,
    valid_to    date NOT NULL,
    giver_name  text NOT NULL,
    holder_name text NOT NULL,
    given_at    timestamptz NOT NULL,
    revoked_at  timestamptz,
    CONSTRAINT pk_power_of_attorney PRIMARY KEY (giver, holder),
    CONSTRAINT ck_power_of_attorney_to_somebody_else CHECK (giver <> holder),
    CONSTRAINT ck_power_of_attorney_areas CHECK (cardinality(areas) > 0),
    CONSTRAINT ck_power_of_attorney_period CHECK (valid_from <= valid_to)
);
CREATE INDEX ix_power_of_attorney_holder ON power_of_attorney (holder);
CREATE INDEX ix_power_of_attorney_valid_from ON power_of_attorney (valid_from) WHERE revoked_at IS NULL;
CREATE INDEX ix_power_of_attorney_valid_to ON power_of_attorney (valid_to) WHERE revoked_at IS NULL;

CREATE TABLE power_of_attorney_history (
    giver      text COLLATE "C" NOT NULL,
    holder     text COLLATE "C" NOT NULL,
    version    integer NOT NULL,
    id         uuid NOT NULL,
    change     text NOT NULL,
    areas      text[] NOT NULL,
    valid_from date NOT NULL,
    valid_to   date NOT NULL,
    changed_at timestamptz NOT NULL,
    acted_by   text COLLATE "C",
    CONSTRAINT pk_power_of_attorney_history PRIMARY KEY (giver, holder, version),
    CONSTRAINT ck_power_of_attorney_history_change CHECK (change IN ('given', 'begun', 'ended', 'revoked'))
);

-- the Norwegian day up to which what begins, ends or turns by itself has been told
CREATE TABLE turned_day (
    day date NOT NULL,
    CONSTRAINT pk_turned_day PRIMARY KEY (day)
);
"""

_RESERVATIONS = """
CREATE TABLE reservation (
    citizen    text COLLATE "C" NOT NULL,
    kind       text NOT NULL,
    reserved   boolean NOT NULL,
    version    integer NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT pk_reservation PRIMARY KEY (citizen, kind),
    CONSTRAINT ck_reservation_version CHECK (version > 0)
);
CREATE TABLE reservation_history (
    citizen    text COLLATE "C" NOT NULL,
    kind       text NOT NULL,
    version    integer NOT NULL,
    reserved   boolean NOT NULL,
    changed_at timestamptz NOT NULL,
    acted_by   text COLLATE "C" NOT NULL,
    CONSTRAINT pk_reservation_history PRIMARY KEY (citizen, kind, version)
);
"""

_FEED = """
-- read in the order of (xact, id), and never further than the oldest transaction that is still under way: what commits
-- late is not passed by
CREATE TABLE standing_change (
    xact       xid8 NOT NULL DEFAULT pg_current_xact_id(),
    id         bigint GENERATED ALWAYS AS IDENTITY,
    citizen    text COLLATE "C" NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT pk_standing_change PRIMARY KEY (xact, id)
);

-- the clients that keep a copy of this citizen's standing
CREATE TABLE interest (
    citizen   text COLLATE "C" NOT NULL,
    client_id text COLLATE "C" NOT NULL,
    since     timestamptz NOT NULL,
    CONSTRAINT pk_interest PRIMARY KEY (citizen, client_id)
);
CREATE INDEX ix_interest_client_id ON interest (client_id);
"""

_ACCESS_LOG = """
-- one row a call, and one for each citizen whom it was about
CREATE TABLE access_call (
    at            timestamptz NOT NULL,
    call_id       bigint GENERATED ALWAYS AS IDENTITY,
    kind          text NOT NULL,
    about         text,
    organisation  text,
    client_id     text,
    source_system text,
    actor         text COLLATE "C",
    represented   text COLLATE "C",
    relation      text,
    act           text,
    allowed       boolean NOT NULL DEFAULT true,
    CONSTRAINT pk_access_call PRIMARY KEY (at, call_id),
    CONSTRAINT ck_access_call_kind CHECK (kind IN ('digitally-active', 'interest', 'reservation', 'representation'))
) PARTITION BY RANGE (at);

CREATE TABLE access_entry (
    citizen text COLLATE "C" NOT NULL,
    at      timestamptz NOT NULL,
    call_id bigint NOT NULL,
    CONSTRAINT pk_access_entry PRIMARY KEY (citizen, at, call_id)
) PARTITION BY RANGE (at);

-- the net under the monthly partitions, as the outbox has it
CREATE TABLE access_call_default PARTITION OF access_call DEFAULT;
CREATE TABLE access_entry_default PARTITION OF access_entry DEFAULT;

CREATE FUNCTION refuse_change_of_access_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the access log is only added to';
END $$;
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE ON access_call
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_access_log();
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE ON access_entry
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_access_log();

CREATE FUNCTION ensure_access_log_partitions(months integer DEFAULT 3) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    first date := date_trunc('month', now() AT TIME ZONE 'UTC')::date;
    month date;
    part text;
BEGIN
    FOR step IN 0..months LOOP
        month := (first + make_interval(months => step))::date;
        FOREACH part IN ARRAY ARRAY['access_call', 'access_entry'] LOOP
            BEGIN
                EXECUTE format(
                    'CREATE TABLE IF NOT EXISTS %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                    part || to_char(month, '_YYYY_MM'),
                    part,
                    month::timestamp AT TIME ZONE 'UTC',
                    (month + interval '1 month')::timestamp AT TIME ZONE 'UTC'
                );
            EXCEPTION WHEN check_violation THEN
                NULL; -- rows of that month already lie in the default partition and stay there
            END;
        END LOOP;
    END LOOP;
END $$;

SELECT ensure_access_log_partitions();
"""


def upgrade() -> None:
    run_sql(op, _PEOPLE + _RESERVATIONS + _FEED + _ACCESS_LOG)


# no downgrade: schemas go forward only, expand first and contract a release later
