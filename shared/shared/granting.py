"""What the login of a running service may do in a database that another login owns (decision 0063).

The owner migrates; who serves reads and writes rows, and cannot change a table, a trigger or a function. What makes and
drops months of a table is done by functions that act as the owner.
"""

from typing import Final

import asyncpg

# each looks at what it is asked for itself, because whoever serves may call it
AS_OWNER: Final = (
    "ensure_outbox_partitions",
    "drop_outbox_month",
    "make_access_log_months",
    "drop_access_log_months",
    "ensure_access_log_partitions",
    "drop_access_log_partitions",
)
_MAINTAIN_SINCE: Final = 170000  # PostgreSQL 17: to analyse what one does not own

_GRANT: Final = """
    DO $grant$
    DECLARE
        login text := (SELECT current_setting('granting.login'));
        numbers text := 'USAGE, SELECT, UPDATE';  -- the register of used proofs is opened by setval
        rights text := 'SELECT, INSERT, UPDATE, DELETE'
            || CASE WHEN current_setting('server_version_num')::int >= {since} THEN ', MAINTAIN' ELSE '' END;
        found regprocedure;
    BEGIN
        EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO %I', current_database(), login);
        EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', login);
        EXECUTE format('GRANT %s ON ALL TABLES IN SCHEMA public TO %I', rights, login);
        EXECUTE format('GRANT %s ON ALL SEQUENCES IN SCHEMA public TO %I', numbers, login);
        EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT %s ON TABLES TO %I', rights, login);
        EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT %s ON SEQUENCES TO %I', numbers, login);
        EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM %I', login);
        FOR found IN
            SELECT oid::regprocedure FROM pg_proc
            WHERE pronamespace = 'public'::regnamespace AND proname = ANY('{{{names}}}'::text[])
        LOOP
            EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER SET search_path = public, pg_temp', found);
            EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', found);
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', found, login);
        END LOOP;
    END $grant$
""".format(since=_MAINTAIN_SINCE, names=",".join(AS_OWNER))  # noqa: S608 - put together from constants


async def grant_use(connection: asyncpg.Connection, login: str) -> None:
    """After each migration, by the owner. Can be done again."""
    async with connection.transaction():
        await connection.execute("SELECT set_config('granting.login', $1, true)", login)
        await connection.execute(_GRANT)
