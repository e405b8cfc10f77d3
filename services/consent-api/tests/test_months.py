"""The access log by the month: made ahead, dropped after five years (P13)."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from consent_api.access_log.months import months_of
from shared.db import Database

TABLES = """
    SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent IN ('access_call'::regclass, 'access_entry'::regclass) ORDER BY 1
"""
ENTRY = "INSERT INTO access_entry (citizen, at, call_id) VALUES ($1, $2, 1)"
MARCH = datetime(2030, 3, 31, 22, 30, tzinfo=UTC)


@pytest.fixture
async def log(make_database: Callable[[str], Any]) -> AsyncIterator[Database]:
    """A database of its own: partitions are dropped here."""
    database = Database(await make_database("consent_api"), pool_size=3)
    yield database
    await database.close()


async def made(log: Database) -> set[str]:
    async with log.driver() as connection:
        return {row["relname"][-7:] for row in await connection.fetch(TABLES)}


async def test_P13_this_month_and_the_three_after_it_are_there(log: Database) -> None:
    for _ in range(2):
        await months_of(log).keep(MARCH)
    assert {"2030_03", "2030_04", "2030_05", "2030_06", "default"} <= await made(log)
    async with log.driver() as connection:
        await connection.execute(ENTRY, "k1-a", MARCH)
        assert await connection.fetchval("SELECT tableoid::regclass::text FROM access_entry") == "access_entry_2030_03"


async def test_P13_a_month_that_nobody_made_is_caught(log: Database) -> None:
    async with log.driver() as connection:
        await connection.execute(ENTRY, "k1-a", MARCH)
        await connection.execute(ENTRY, "k1-b", MARCH + timedelta(days=1))
    await months_of(log).keep(MARCH)
    async with log.driver() as connection:
        where = await connection.fetch("SELECT citizen, tableoid::regclass::text AS name FROM access_entry ORDER BY 1")
    assert [tuple(row) for row in where] == [("k1-a", "access_entry_default"), ("k1-b", "access_entry_default")]
    assert "2030_05" in await made(log), "the others are made all the same"


@pytest.mark.parametrize(
    ("now", "kept"),
    [(datetime(2035, 3, 31, 23, 59, 59, tzinfo=UTC), True), (datetime(2035, 4, 1, tzinfo=UTC), False)],
)
async def test_P13_a_month_is_dropped_when_its_youngest_entry_is_five_years_old(
    log: Database, now: datetime, kept: bool
) -> None:
    await months_of(log).keep(MARCH)
    async with log.driver() as connection:
        await connection.execute(ENTRY, "k1-a", MARCH)
    await months_of(log).keep(now)
    assert ("2030_03" in await made(log)) is kept
    assert "2030_04" in await made(log)


async def test_P13_who_writes_does_not_wait_for_the_months(log: Database) -> None:
    async with log.driver_transaction() as writing:
        await writing.execute(ENTRY, "k1-a", datetime.now(UTC))
        with pytest.raises(asyncpg.LockNotAvailableError):
            await months_of(log).keep(MARCH)
    assert "2030_03" not in await made(log)
