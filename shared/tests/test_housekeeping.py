"""What is thrown away, when, and what that costs."""

import asyncio
import re
from collections.abc import Awaitable, Callable

import asyncpg

from devkit.testing.waiting import until
from shared.db import Database
from shared.housekeeping import BATCH, batch_of, keep_house
from shared.metrics import Metrics
from shared.retention import SHARED, Purged


async def keep_until(database: Database, done: Callable[[], Awaitable[bool]], metrics: Metrics | None = None) -> None:
    stop = asyncio.Event()
    keeping = asyncio.create_task(keep_house(database, metrics or Metrics(), stop))
    await until(done)
    stop.set()
    await keeping


async def test_a_table_that_fails_does_not_keep_the_others_from_their_turn(database: Database) -> None:
    async with database.driver() as connection:
        await connection.execute("""
            ALTER TABLE idempotent_answer RENAME TO elsewhere;
            ALTER TABLE inbox RENAME TO elsewhere_too;
            INSERT INTO rate_count VALUES ('over', now() - interval '1 hour', 6);
            INSERT INTO dead_letter (id, payload, reason, attempts) VALUES (gen_random_uuid(), '', '', 1);
        """)
    metrics = Metrics()

    async def done() -> bool:
        return await count(database, "rate_count") == 0 and metrics.registry.get_sample_value("dead_letters") == 1

    await keep_until(database, done, metrics)


async def count(database: Database, table: str) -> int:
    async with database.driver() as connection:
        number: int = await connection.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608
        return number


async def test_nothing_to_delete_among_many_young_rows_reads_little(database: Database) -> None:
    async with database.driver_transaction() as connection:
        await fill(connection, young=100_000, old=0)
        for table in ("inbox", "idempotent_answer", "dpop_proof", "rate_count"):
            rule = SHARED[table]
            assert isinstance(rule, Purged)
            lines = await connection.fetch(f"EXPLAIN (ANALYZE, BUFFERS) {batch_of(table, rule)}")
            read = sum(int(count) for line in lines[:1] for count in re.findall(r"(?:hit|read)=(\d+)", line[0]))
            read = read or sum(int(count) for count in re.findall(r"(?:hit|read)=(\d+)", lines[1][0]))
            assert read < 20, "\n".join(line[0] for line in lines)


async def test_many_old_rows_go_in_bounded_batches(database: Database) -> None:
    async with database.driver() as connection:
        await fill(connection, young=10, old=50_000)
        rule = SHARED["inbox"]
        assert isinstance(rule, Purged)
        assert await connection.execute(batch_of("inbox", rule)) == f"DELETE {BATCH}"

    async def done() -> bool:
        return await count(database, "inbox") == 10

    metrics = Metrics()
    await keep_until(database, done, metrics)
    assert metrics.registry.get_sample_value("rows_purged_total", {"table": "inbox"}) == 50_000 - BATCH


async def test_a_sent_month_is_dropped_and_what_is_unsent_stays(database: Database) -> None:
    async with database.driver() as connection:
        for month in ("2024_01", "2024_02"):
            start = f"{month.replace('_', '-')}-01"
            await connection.execute(f"""
                CREATE TABLE outbox_{month} PARTITION OF outbox
                FOR VALUES FROM ('{start}') TO (timestamptz '{start}' + interval '1 month')
            """)
        await connection.execute("""
            INSERT INTO outbox (created_at, event_id, name, payload, sent_at) VALUES
                ('2024-01-10', gen_random_uuid(), 'sent', '{}', '2024-01-10'),
                ('2024-02-10', gen_random_uuid(), 'sent', '{}', '2024-02-10'),
                ('2024-02-11', gen_random_uuid(), 'unsent', '{}', NULL),
                ('2023-01-10', gen_random_uuid(), 'sent', '{}', '2023-01-10'),
                ('2023-01-11', gen_random_uuid(), 'unsent', '{}', NULL),
                (now(), gen_random_uuid(), 'sent', '{}', now())
        """)

    async def done() -> bool:
        return await count(database, "outbox") == 4

    await keep_until(database, done)
    async with database.driver() as connection:
        assert await connection.fetchval("SELECT to_regclass('outbox_2024_01') IS NULL")
        assert await connection.fetchval("SELECT count(*) FROM outbox WHERE sent_at IS NULL") == 2


async def fill(connection: asyncpg.Connection, *, young: int, old: int) -> None:
    for moment, number, first in (("- interval '1 year'", old, 0), ("+ interval '1 day'", young, old)):
        for rows in (
            f"inbox SELECT gen_random_uuid(), 'h', now() {moment}",
            f"idempotent_answer SELECT 'c', gen_random_uuid(), '', 200, '{{}}', '{{}}', now() {moment}",
            f"dpop_proof SELECT int4send({first} + i), now() {moment}",
            f"rate_count SELECT int4send({first} + i), now() {moment}, 1",
        ):  # one by one: a statement has five seconds
            await connection.execute(f"INSERT INTO {rows} FROM generate_series(1, {number}) i")
