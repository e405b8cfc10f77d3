"""What comes before a service starts: `python -m shared.migrate <package>` with DATABASE_URL, and BROKER_URL if there
is one. With OWNER_DATABASE_URL too, that login owns the tables and the one of DATABASE_URL only uses them.

The database gets its newest schema, the broker the service's queues. The queues must be there before any service sends,
because an event is kept only for those whose queues are bound. Safe to run twice and by several at once.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Final

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from asyncpg import LockNotAvailableError
from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db import Database
from shared.granting import grant_use
from shared.messaging.amqp import AmqpTransport
from shared.planning import analyse

# "migrate" in ASCII
_LOCK = 0x6D696772617465
LOCK_TIMEOUT: Final = "1s"
PAUSE: Final = 3.0  # seconds
TRIES: Final = 100
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


async def migrate(package: str, database_url: str, *, tries: int = TRIES) -> None:
    """Each migration is a transaction of its own. A lock that does not come soon is given up and tried for again, so
    that nobody who reads or writes waits behind us. Raises DBAPIError when it does not come at all.
    """
    database = Database(database_url, pool_size=1, statement_timeout=600)
    try:
        async with _ONE_AT_A_TIME, database.engine.connect() as connection, _alone(connection):
            before = await _revision(connection)
            await _upgrade_when_free(connection, configuration(package), tries)
            changed = await _revision(connection) != before
            await connection.rollback()
        if changed:
            async with database.driver() as driver:
                await analyse(driver)
    finally:
        await database.close()


async def _revision(connection: AsyncConnection) -> Sequence[str]:
    return await connection.run_sync(lambda it: MigrationContext.configure(it).get_current_heads())


async def _upgrade_when_free(connection: AsyncConnection, config: Config, tries: int) -> None:
    for left in reversed(range(tries)):
        try:
            return await connection.run_sync(_upgrade, config)
        except DBAPIError as error:
            if not left or getattr(error.orig, "sqlstate", None) != LockNotAvailableError.sqlstate:
                raise
        await connection.rollback()
        await asyncio.sleep(PAUSE)


@asynccontextmanager
async def _alone(connection: AsyncConnection) -> AsyncIterator[None]:
    """Asked for again and again: whoever waits for it within a statement would hold up the making of an index."""
    while not (await connection.execute(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": _LOCK})).scalar_one():
        await connection.rollback()
        await asyncio.sleep(0.2)
    await connection.commit()
    try:
        yield
    finally:
        await connection.rollback()
        await connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})
        await connection.commit()


def _upgrade(connection: Connection, config: Config) -> None:
    connection.exec_driver_sql(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
    connection.commit()
    script = ScriptDirectory.from_config(config)
    with EnvironmentContext(config, script, fn=lambda revision, _: script._upgrade_revs("head", revision)) as context:
        context.configure(connection=connection, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()


async def declare_queues(package: str, broker_url: str) -> None:
    """As the HANDLERS that the package's worker names, if it consumes at all."""
    handlers = getattr(import_module(f"{package}.worker"), "HANDLERS", {})
    if handlers:
        transport = AmqpTransport(broker_url, Database("postgresql://unused"))
        await transport.declare(package.replace("_", "-"), sorted(event.name for event in handlers))


async def prepare(package: str, database_url: str, broker_url: str | None, owner_url: str | None = None) -> None:
    """`owner_url` names the same database by the login that is to own what is in it."""
    await migrate(package, owner_url or database_url)
    if owner_url:
        await _grant(owner_url, database_url)
    if broker_url:
        await declare_queues(package, broker_url)


async def _grant(owner_url: str, database_url: str) -> None:
    owner, login = Database(owner_url, pool_size=1), make_url(database_url).username
    if login is None:
        raise ValueError("DATABASE_URL names no login")
    try:
        async with owner.driver() as connection:
            await grant_use(connection, login)
    finally:
        await owner.close()


def main() -> None:
    broker_url, owner_url = os.environ.get("BROKER_URL"), os.environ.get("OWNER_DATABASE_URL")
    asyncio.run(prepare(sys.argv[1], os.environ["DATABASE_URL"], broker_url, owner_url or None))


if __name__ == "__main__":
    main()
