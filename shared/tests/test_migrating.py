"""A migration that has to wait lets everybody else by."""

import asyncio

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError

from devkit.testing.plugin import MakeDatabase
from shared import migrate


async def test_a_migration_gives_up_a_lock_that_does_not_come_and_tries_again(
    make_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "PAUSE", 0.2)
    url = await make_database("catalog_api")
    holder, reader = await asyncpg.connect(url), await asyncpg.connect(url)
    newest = await holder.fetchval("SELECT version_num FROM alembic_version")
    # as if the newest migration were still to come
    await holder.execute("UPDATE alembic_version SET version_num = '0009'; DROP FUNCTION drop_outbox_month")
    transaction = holder.transaction()
    await transaction.start()
    await holder.execute("LOCK TABLE alembic_version IN SHARE MODE")  # the migration has to write to it
    with pytest.raises(DBAPIError, match="lock timeout"):
        await migrate.migrate("catalog_api", url, tries=1)
    migrating = asyncio.create_task(migrate.migrate("catalog_api", url))
    await asyncio.sleep(0.5)
    assert await reader.fetchval("SELECT count(*) FROM alembic_version", timeout=5) == 1
    await transaction.rollback()
    await asyncio.wait_for(migrating, 60)
    assert await reader.fetchval("SELECT version_num FROM alembic_version") == newest
    for connection in (holder, reader):
        await connection.close()
