"""What the check reads of a person in one row, found through a hash index, however many people there are (S2)."""

from alembic import op

from shared.schema import run_sql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# A copy, kept by triggers in the transaction that changes what it is a copy of: also when the code of the release
# before changes it. Null is what has never been said: a level, or the register's word.
_TABLE = """
CREATE TABLE known_citizen (
    checked_at   timestamptz,
    born         date,
    confidential boolean,
    gives        boolean NOT NULL DEFAULT false,
    citizen      text COLLATE "C" NOT NULL,
    level        text,
    status       text
) WITH (fillfactor = 90);
COMMENT ON COLUMN known_citizen.gives IS 'has given a power of attorney once: there may be one in force';
"""

# writers wait from here until it is filled; readers do not
_FILL = """
LOCK TABLE consent, person, power_of_attorney IN SHARE ROW EXCLUSIVE MODE;
INSERT INTO known_citizen (citizen, level, status, confidential, born, checked_at)
SELECT citizen, c.level, p.status, p.confidential, p.born, p.checked_at
FROM consent c FULL JOIN person p USING (citizen) ORDER BY citizen;
ALTER TABLE known_citizen ADD CONSTRAINT pk_known_citizen PRIMARY KEY (citizen);
INSERT INTO known_citizen (citizen, gives) SELECT DISTINCT giver, true FROM power_of_attorney
ON CONFLICT (citizen) DO UPDATE SET gives = true;
CREATE INDEX ix_known_citizen_citizen ON known_citizen USING hash (citizen);
ANALYZE known_citizen;
"""

_TIES = """
CREATE INDEX ix_parent_child ON parent USING hash (child);
CREATE INDEX ix_power_of_attorney_giver ON power_of_attorney USING hash (giver);
"""

# always in the order of citizens, so that two who write the same do not entangle
_COPYING = """
CREATE FUNCTION know_consent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO known_citizen AS k (citizen, level)
    SELECT citizen, CASE TG_OP WHEN 'DELETE' THEN NULL ELSE level END FROM changed ORDER BY citizen
    ON CONFLICT (citizen) DO UPDATE SET level = excluded.level;
    RETURN NULL;
END $$;

CREATE FUNCTION know_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO known_citizen AS k (citizen, status, confidential, born, checked_at)
    SELECT citizen, status, confidential, born, checked_at FROM changed ORDER BY citizen
    ON CONFLICT (citizen) DO UPDATE SET
        status = excluded.status, confidential = excluded.confidential, born = excluded.born,
        checked_at = excluded.checked_at;
    RETURN NULL;
END $$;

CREATE FUNCTION forget_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE known_citizen k SET status = NULL, confidential = NULL, born = NULL, checked_at = NULL
    FROM changed WHERE k.citizen = changed.citizen;
    RETURN NULL;
END $$;

CREATE FUNCTION know_giver() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO known_citizen AS k (citizen, gives)
    SELECT DISTINCT giver, true FROM changed ORDER BY giver
    ON CONFLICT (citizen) DO UPDATE SET gives = true WHERE NOT k.gives;
    RETURN NULL;
END $$;

CREATE TRIGGER known_when_inserted AFTER INSERT ON consent
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION know_consent();
CREATE TRIGGER known_when_updated AFTER UPDATE ON consent
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION know_consent();
CREATE TRIGGER known_when_deleted AFTER DELETE ON consent
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION know_consent();

CREATE TRIGGER known_when_inserted AFTER INSERT ON person
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION know_person();
CREATE TRIGGER known_when_updated AFTER UPDATE ON person
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION know_person();
CREATE TRIGGER known_when_deleted AFTER DELETE ON person
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION forget_person();

CREATE TRIGGER known_when_inserted AFTER INSERT ON power_of_attorney
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION know_giver();
"""


def upgrade() -> None:
    run_sql(op, _TABLE + _FILL + _TIES + _COPYING)


# no downgrade: schemas go forward only, expand first and contract a release later
