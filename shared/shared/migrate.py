"""Brings a service's database to its newest schema: `python -m shared.migrate <package>` with DATABASE_URL set.

Safe to run twice and by several at once: the second waits for the first and finds nothing to do.
"""

import asyncio
import os
import sys
from importlib.resources import files
from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from shared.db import Database

# "migrate" in ASCII
_LOCK = 0x6D696772617465
# Alembic keeps the migration under way in module globals: one at a time in a process
_ONE_AT_A_TIME = asyncio.Lock()


def configuration(package: str) -> Config:
    """Alembic's settings for a service: its `migrations/` beside the package, or inside it when installed from a
    wheel.
    """
    root = Path(str(files(package)))
    beside = root.parent / "migrations"
    config = Config()
    config.set_main_option("script_location", str(beside if beside.is_dir() else root / "migrations"))
    return config


async def migrate(package: str, database_url: str) -> None:
    database = Database(database_url, pool_size=1, statement_timeout=600)
    try:
        async with _ONE_AT_A_TIME, database.engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            await connection.run_sync(_upgrade, configuration(package))
    finally:
        await database.close()


def _upgrade(connection: Connection, config: Config) -> None:
    script = ScriptDirectory.from_config(config)
    with EnvironmentContext(config, script, fn=lambda revision, _: script._upgrade_revs("head", revision)) as context:
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations()


def main() -> None:
    asyncio.run(migrate(sys.argv[1], os.environ["DATABASE_URL"]))


if __name__ == "__main__":
    main()
