"""Look-ups of the hot paths go by an index on a new database, and go on doing so as it fills."""

from collections.abc import AsyncIterator
from typing import Any, Final

import asyncpg
import pytest

from shared import idempotency
from shared.db import Database
from shared.planning import analyse

LOOK_UPS: Final = {
    "prescription_api": [
        idempotency.LOOK_UP,
        "SELECT * FROM prescription WHERE citizen = $1",
        "SELECT * FROM prescription WHERE prescription_id = $1",
        "SELECT * FROM tool_copy WHERE tool_id = $1",
        "SELECT FROM inbox WHERE event_id = $1 AND handler = $2",
    ],
    "consent_api": [
        "SELECT * FROM consent WHERE citizen = $1",
        "SELECT * FROM person WHERE citizen = $1",
        "SELECT FROM dpop_proof WHERE jkt_jti = $1",
    ],
    "helsetilbud_api": ["SELECT FROM inbox WHERE event_id = $1 AND handler = $2"],
    "catalog_api": [idempotency.LOOK_UP],
    "notification_service": [idempotency.LOOK_UP],
}
ANSWERS: Final = """
    INSERT INTO idempotent_answer (client_id, key, fingerprint, status, headers, body)
    SELECT 'client', gen_random_uuid()::text, '\\x00', 201, '{}', '{}' FROM generate_series(1, $1::int)
"""
HANDLED: Final = "INSERT INTO inbox (event_id, handler) SELECT gen_random_uuid(), 'a' FROM generate_series(1, $1::int)"


@pytest.fixture(params=LOOK_UPS)
async def new(request: pytest.FixtureRequest, make_database: Any) -> AsyncIterator[tuple[Database, list[str]]]:
    database = Database(await make_database(request.param))
    yield database, LOOK_UPS[request.param]
    await database.close()


async def plan(connection: asyncpg.Connection, sql: str) -> str:
    """The generic one, which a connection keeps after five uses."""
    await connection.execute(f"SET plan_cache_mode = force_generic_plan; PREPARE hot AS {sql}")
    try:
        nothing = ", ".join(["NULL"] * sql.count("$"))
        return "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN EXECUTE hot({nothing})"))
    finally:
        await connection.execute("DEALLOCATE hot")


async def read_whole(connection: asyncpg.Connection, look_ups: list[str]) -> list[str]:
    return [found for found in [await plan(connection, sql) for sql in look_ups] if "Seq Scan" in found]


async def test_look_ups_go_by_an_index_whatever_is_known_of_the_tables(new: tuple[Database, list[str]]) -> None:
    database, look_ups = new
    async with database.driver() as connection:
        assert await read_whole(connection, look_ups) == []
        await connection.execute("ANALYZE")  # of nothing, as autovacuum does after everything was deleted
        assert await read_whole(connection, look_ups) == []
        for count in (55, 2000):
            await connection.execute(ANSWERS, count)
            await connection.execute(HANDLED, count)
            assert await read_whole(connection, look_ups) == []
            await connection.execute("ANALYZE")
            assert await read_whole(connection, look_ups) == []


async def test_a_plan_that_is_kept_is_good_when_the_table_has_grown(make_database: Any) -> None:
    """By the driver's own prepared statement, used before there was anything."""
    database = Database(await make_database("prescription_api"))
    look_up, scans = idempotency.LOOK_UP, "SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'idempotent_answer'"

    async def seen(connection: asyncpg.Connection) -> int:
        await connection.execute("SELECT pg_stat_force_next_flush()")
        count: int = await connection.fetchval(scans)
        return count

    async with database.driver() as connection:
        await connection.execute("ANALYZE idempotent_answer")
        before = await seen(connection)
        for _ in range(10):
            assert await connection.fetchrow(look_up, "client", "none") is None
        await connection.execute(ANSWERS, 2000)
        for _ in range(10):
            assert await connection.fetchrow(look_up, "client", "none") is None
        assert await seen(connection) == before
    await database.close()


async def test_what_holds_something_is_analysed_and_what_is_empty_is_left(make_database: Any) -> None:
    database = Database(await make_database("prescription_api"))
    known = "SELECT relname, reltuples FROM pg_class WHERE relname IN ('inbox', 'idempotent_answer', 'outbox')"
    async with database.driver() as connection:
        assert dict(await connection.fetch(known)) == {"inbox": -1, "idempotent_answer": -1, "outbox": -1}
        await connection.execute(HANDLED, 300)
        await connection.execute("INSERT INTO outbox (event_id, name, payload) VALUES (gen_random_uuid(), 'a', '{}')")
        await analyse(connection)
        assert dict(await connection.fetch(known)) == {"inbox": 300, "idempotent_answer": -1, "outbox": 1}
    await database.close()
