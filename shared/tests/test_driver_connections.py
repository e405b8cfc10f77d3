"""Connections for hot paths: kept between two uses, and never one that is of no use."""

import asyncio

import pytest

from devkit.testing.waiting import until
from shared.db import Database

PID = "SELECT pg_backend_pid()"


async def pid_of(database: Database) -> int:
    async with database.driver() as connection:
        pid: int = await connection.fetchval(PID)
    return pid


async def test_one_is_used_again(database: Database) -> None:
    assert await pid_of(database) == await pid_of(database)


async def test_one_that_died_meanwhile_is_replaced(database: Database) -> None:
    async with database.driver() as kept:
        before = await kept.fetchval(PID)
    killer = await database.listen()
    await killer.execute("SELECT pg_terminate_backend($1)", before)
    await killer.close()
    await until(kept.is_closed)
    assert await pid_of(database) != before


async def test_one_left_within_a_transaction_is_not_kept(database: Database) -> None:
    async def fail() -> None:
        async with database.driver() as connection:
            await connection.execute("BEGIN")
            await connection.execute("CREATE TABLE unfinished ()")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with database.driver() as connection:
        assert not connection.is_in_transaction()
        assert await connection.fetchval("SELECT to_regclass('unfinished')") is None


async def test_all_can_be_in_use_at_once_and_sessions_beside(postgres_url: str) -> None:
    database = Database(postgres_url, pool_size=4)

    async def by_driver() -> None:
        async with database.driver() as connection:
            await connection.fetchval("SELECT pg_sleep(0.01)")

    async def by_session() -> None:
        async with database.reader() as connection:
            await connection.exec_driver_sql("SELECT pg_sleep(0.01)")

    for _ in range(3):
        async with asyncio.timeout(60):
            await asyncio.gather(*(work() for work in (by_driver, by_session) * 20))
    await database.close()


async def test_none_is_left_when_the_database_is_closed(postgres_url: str) -> None:
    database = Database(postgres_url, pool_size=4)
    pids = await asyncio.gather(*(pid_of(database) for _ in range(4)))
    await database.close()
    watcher = Database(postgres_url, pool_size=1)
    async with watcher.driver() as connection:
        left = "SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = ANY($1)"
        await until(lambda: connection.fetchval(left, pids))
    await watcher.close()
