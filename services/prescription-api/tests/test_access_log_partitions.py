"""The access log by the quarter: where rows go, what is made ahead, what is dropped after five years (P13)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from devkit.testing.waiting import until
from prescription_api.accesslog.quarters import quarters_of
from prescription_api.settings import Settings
from prescription_api.worker import create_worker
from shared import partitions
from shared.db import Database
from shared.messaging.local import LocalBroker
from shared.migrate import configuration
from shared.partitions import PartitionKeeper

INSERT = """
    INSERT INTO access_log (citizen, at, entry_id, action, hpr_number, name, profession, organisation, client_id)
    VALUES ($1, $2, $3, 'looked-up', '9144889', 'Ragnhild', 'LE', '299900452', 'ehr')
"""
PARTITIONS = """
    SELECT relname, pg_get_expr(relpartbound, oid) AS bound FROM pg_class
    WHERE oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'access_log'::regclass)
"""


@pytest.fixture
async def log(make_database: Callable[[str], Any]) -> AsyncIterator[Database]:
    """A database of its own: partitions are dropped here."""
    database = Database(await make_database("prescription_api"), pool_size=3)
    yield database
    await database.close()


async def partitions_of(database: Database) -> dict[str, str]:
    async with database.driver() as connection:
        return {row["relname"]: row["bound"] for row in await connection.fetch(PARTITIONS)}


async def where(database: Database, moment: datetime) -> str:
    """The partition that an entry of this moment comes to lie in."""
    async with database.driver() as connection:
        key = uuid4()
        await connection.execute(INSERT, "k1-a", moment, key)
        name: str = await connection.fetchval(
            "SELECT tableoid::regclass::text FROM access_log WHERE entry_id = $1", key
        )
        return name


def quarter(moment: datetime) -> str:
    return f"access_log_{moment.year}_q{(moment.month + 2) // 3}"


async def test_P13_the_migration_makes_this_quarter_and_the_four_after_it(log: Database) -> None:
    now = datetime.now(UTC)
    for days in (0, 92, 184, 276, 365):
        later = now + timedelta(days=days)
        assert await where(log, later) == quarter(later)
    assert "access_log_default" in await partitions_of(log)


async def test_P13_a_moved_clock_makes_quarters_ahead_and_drops_those_of_five_years_ago(log: Database) -> None:
    now = datetime.now(UTC)
    first = quarter(now)
    await where(log, now)
    before = await partitions_of(log)
    much_later = now.replace(day=1) + timedelta(days=5 * 365 + 1)
    assert await quarters_of(log).keep(much_later) == 0, "the youngest of the first are not five years old"
    assert first in await partitions_of(log)

    assert await quarters_of(log).keep(much_later + timedelta(days=95)) == 1
    after = await partitions_of(log)
    assert first not in after
    assert before.keys() - {first} <= after.keys()
    assert quarter(much_later + timedelta(days=95 + 365)) in after
    async with log.driver() as connection:
        assert await connection.fetchval("SELECT count(*) FROM access_log") == 0


async def test_P13_keeping_twice_is_keeping_once(log: Database) -> None:
    now = datetime.now(UTC)
    await quarters_of(log).keep(now)
    before = await partitions_of(log)
    await asyncio.gather(*(quarters_of(log).keep(now) for _ in range(3)))
    assert await partitions_of(log) == before


async def test_P13_another_workers_keeping_is_not_waited_for(log: Database) -> None:
    async with log.driver_transaction() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock($1)", partitions.LOCK)
        later = datetime.now(UTC) + timedelta(days=6 * 365)
        assert await quarters_of(log).keep(later) == 0
    assert await quarters_of(log).keep(later) > 0


async def test_P13_writers_do_not_wait_behind_a_reader_for_the_keeping(log: Database) -> None:
    """The lock is given up, and all stays as it was."""
    later = datetime.now(UTC) + timedelta(days=6 * 365)
    before = await partitions_of(log)
    async with log.driver_transaction() as connection:
        await connection.fetch("SELECT * FROM access_log")
        with pytest.raises(asyncpg.LockNotAvailableError):
            await quarters_of(log).keep(later)
        await where(log, datetime.now(UTC))
    assert await partitions_of(log) == before


async def test_P13_a_busy_table_is_tried_again(log: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    stop, tried = asyncio.Event(), 0

    async def keep(_: PartitionKeeper, __: datetime) -> int:
        nonlocal tried
        tried += 1
        if tried == 1:
            raise asyncpg.LockNotAvailableError
        stop.set()
        return 0

    monkeypatch.setattr(PartitionKeeper, "keep", keep)
    monkeypatch.setattr(partitions, "AGAIN_SECONDS", 0.01)
    await asyncio.wait_for(quarters_of(log).run(stop), 60)
    assert tried == 2


async def test_P13_the_worker_keeps_the_quarters(log: Database, settings: Settings) -> None:
    ahead = quarter(datetime.now(UTC) + timedelta(days=184))
    async with log.driver() as connection:
        await connection.execute(f"DROP TABLE {ahead}")
    worker = create_worker(settings, log, LocalBroker(), http=httpx.AsyncClient())
    [job] = [job for job in worker._jobs if job.__qualname__ == "PartitionKeeper.run"]
    stop = asyncio.Event()
    running = asyncio.create_task(job(stop))

    async def made() -> bool:
        return ahead in await partitions_of(log)

    await until(made)
    stop.set()
    await running


async def test_P13_an_entry_that_no_quarter_is_made_for_is_kept_and_dropped_in_its_time(log: Database) -> None:
    now = datetime.now(UTC)
    later = now + timedelta(days=5 * 365 + 100)
    assert await where(log, later) == "access_log_default"
    await quarters_of(log).keep(later)
    assert await where(log, now - timedelta(days=6 * 365)) == "access_log_default"
    await quarters_of(log).keep(now)
    async with log.driver() as connection:
        assert [row["at"] for row in await connection.fetch("SELECT at FROM access_log")] == [later]


async def test_P13_a_page_of_the_log_leaves_out_the_quarters_after_it(log: Database) -> None:
    """What the condition on `at` beside the cursor's is for."""
    async with log.driver() as connection:
        plan = await connection.fetch(
            "EXPLAIN SELECT * FROM access_log WHERE citizen = 'k1-a' AND at <= $1::timestamptz"
            " AND (at, entry_id) < ($1, $2::uuid) ORDER BY at DESC, entry_id DESC LIMIT 51".replace(
                "$1", f"'{datetime.now(UTC).isoformat()}'"
            ).replace("$2", f"'{uuid4()}'")
        )
    text = "\n".join(row[0] for row in plan)
    assert quarter(datetime.now(UTC)) in text
    assert quarter(datetime.now(UTC) + timedelta(days=184)) not in text
    assert "Seq Scan" not in text.replace("Seq Scan on access_log_default", "")


def migrate_to(connection: Connection, revision: str) -> None:
    config = configuration("prescription_api")
    script = ScriptDirectory.from_config(config)
    with EnvironmentContext(config, script, fn=lambda at, _: script._upgrade_revs(revision, at)) as context:
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations()


@pytest.fixture
async def before(postgres_url: str) -> AsyncIterator[Database]:
    """A database as the revision before left it."""
    name = f"test_{uuid4().hex[:12]}"
    admin = await asyncpg.connect(postgres_url)
    await admin.execute(f'CREATE DATABASE "{name}"')
    head, _, query = postgres_url.partition("?")
    database = Database(f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else ""), pool_size=2)
    async with database.engine.begin() as connection:
        await connection.run_sync(migrate_to, "0002")
    yield database
    await database.close()
    await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await admin.close()


async def test_P13_the_migration_keeps_the_rows_and_older_code_goes_on(before: Database) -> None:
    """With the statement that it prepared on the unpartitioned table."""
    now = datetime.now(UTC)
    older = await before.listen()
    write = await older.prepare(INSERT)
    read = await older.prepare("SELECT * FROM access_log WHERE citizen = $1 ORDER BY at DESC, entry_id DESC LIMIT 51")
    for days in (900, 30, 0):
        await write.fetch("k1-a", now - timedelta(days=days), uuid4())
    columns = list((await read.fetch("k1-a"))[0].keys())

    async with before.engine.begin() as connection:
        await connection.run_sync(migrate_to, "0003")

    await write.fetch("k1-a", now + timedelta(seconds=1), uuid4())
    await write.fetch("k1-a", now + timedelta(days=100), uuid4())
    rows = await read.fetch("k1-a")
    assert len(rows) == 5
    assert list(rows[0].keys()) == columns
    lie = await older.fetch("SELECT DISTINCT tableoid::regclass::text AS name FROM access_log")
    assert {row["name"] for row in lie} == {quarter(now), quarter(now + timedelta(days=100))}
    with pytest.raises(asyncpg.UniqueViolationError):
        await write.fetch("k1-a", rows[-1]["at"], rows[-1]["entry_id"])
    await older.close()


async def test_P13_an_entry_from_a_clock_that_was_fast_does_not_stop_the_migration(before: Database) -> None:
    ahead = datetime.now(UTC) + timedelta(days=200)
    async with before.driver() as connection:
        await connection.execute(INSERT, "k1-a", ahead, uuid4())
    async with before.engine.begin() as connection:
        await connection.run_sync(migrate_to, "0003")
    for later in (ahead + timedelta(hours=1), ahead + timedelta(days=93)):
        assert await where(before, later) == quarter(later)
