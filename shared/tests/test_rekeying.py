"""Everything stored is moved to the current key, wherever a reference stands (decision 0041)."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from devkit.testing.national_ids import population
from shared import rekeying
from shared.citizenref import CitizenReferences
from shared.db import Database
from shared.nationalid import NationalId
from shared.rekeying import rekey

KEYS = {"k1": bytes(range(32)), "k2": bytes(range(100, 164))}
OLD, NEW = CitizenReferences(KEYS, "k1"), CitizenReferences(KEYS, "k2")
PEOPLE = [NationalId.parse(number, allow_synthetic=True) for number in population(300, seed=5)]

TABLES = """
CREATE TABLE level (citizen text PRIMARY KEY, level text NOT NULL);
CREATE TABLE level_copy (citizen varchar(40) PRIMARY KEY);
CREATE FUNCTION copy_level() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN INSERT INTO level_copy VALUES (NEW.citizen); RETURN NEW; END $$;
CREATE TRIGGER copied AFTER INSERT OR UPDATE ON level FOR EACH ROW EXECUTE FUNCTION copy_level();
CREATE TABLE seen (citizen text, at date, "by" text, PRIMARY KEY (citizen, at)) PARTITION BY RANGE (at);
CREATE TABLE seen_2026 PARTITION OF seen FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'only added to'; END $$;
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE ON seen FOR EACH ROW EXECUTE FUNCTION refuse();
CREATE TABLE waiting (id int PRIMARY KEY, citizens text[], document json, event jsonb, said text);
"""


@pytest.fixture
async def connection(database: Database) -> AsyncIterator[asyncpg.Connection]:
    """A database in which everybody is known under the old key, in every way that there is to be known."""
    connection = await asyncpg.connect(database.url)
    await connection.execute(TABLES)
    citizens = [OLD.of(person) for person in PEOPLE]
    await connection.execute("INSERT INTO level SELECT unnest($1::text[]), 'full'", citizens)
    await connection.execute("INSERT INTO seen SELECT unnest($1::text[]), '2026-11-23', $2", citizens, citizens[0])
    document = f'{{"citizen" : "{citizens[0]}"}}'
    await connection.execute(
        "INSERT INTO waiting VALUES (1, $1, $2::text::json, $2::text::jsonb, $2), (2, NULL, NULL, NULL, 'nobody')",
        citizens,
        document,
    )
    await connection.execute(
        "INSERT INTO idempotent_answer VALUES ($1, 'key', 'print', 201, '{}', $2, now())", citizens[0], document
    )
    await connection.execute(
        "INSERT INTO outbox (event_id, name, payload) VALUES (gen_random_uuid(), 'x', $1)", document
    )
    yield connection
    await connection.close()


async def contents(connection: asyncpg.Connection) -> dict[str, Any]:
    return {
        table: sorted(str(row["t"]) for row in await connection.fetch(f"SELECT t::text AS t FROM {table} t"))  # noqa: S608
        for table in ("level", "level_copy", "seen", "waiting", "idempotent_answer", "outbox")
    }


async def move(connection: asyncpg.Connection) -> dict[str, int]:
    try:
        return {table: count async for table, count in rekey(connection, NEW)}
    finally:
        await connection.execute("SELECT pg_advisory_unlock_all()")


def renewed(kept: dict[str, Any]) -> dict[str, Any]:
    return {table: sorted(NEW.renew(row) for row in rows) for table, rows in kept.items()}


async def test_every_reference_is_moved_and_nothing_else_is_changed(connection: asyncpg.Connection) -> None:
    before = await contents(connection)
    moved = await move(connection)
    assert {name: count for name, count in moved.items() if not name.startswith("outbox")} == {
        "idempotent_answer": 1,
        "level": 300,
        "level_copy": 300,
        "seen_2026": 300,
        "waiting": 1,
    }
    assert await contents(connection) == renewed(before)
    assert "k1-" not in str(await contents(connection))
    assert await move(connection) == {}


async def test_what_may_only_be_added_to_is_so_again_afterwards(connection: asyncpg.Connection) -> None:
    await move(connection)
    with pytest.raises(asyncpg.RaiseError, match="only added to"):
        await connection.execute("UPDATE seen SET by = 'nobody'")
    await connection.execute("INSERT INTO level VALUES ('k2-later', 'full')")
    assert await connection.fetchval("SELECT count(*) FROM level_copy") == 301


async def test_it_goes_on_where_it_was_killed(
    connection: asyncpg.Connection, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await contents(connection)
    monkeypatch.setattr(rekeying, "PAGES_AT_ONCE", 1)

    class Killed(Exception):
        pass

    moved_pages = 0
    move_some = rekeying._move

    async def dies(*arguments: Any) -> int:
        nonlocal moved_pages
        moved_pages += 1
        if moved_pages == 3:
            raise Killed
        return await move_some(*arguments)

    with monkeypatch.context() as dying:
        dying.setattr(rekeying, "_move", dies)
        with pytest.raises(Killed):
            await move(connection)
    half = await contents(connection)
    assert half != before
    assert "k1-" in str(half)
    await move(connection)
    assert await contents(connection) == renewed(before)


async def test_one_run_at_a_time(connection: asyncpg.Connection, database: Database) -> None:
    other = await asyncpg.connect(database.url)
    await other.execute("SELECT pg_advisory_lock($1)", rekeying._LOCK)
    running = asyncio.create_task(move(connection))
    await asyncio.sleep(0.2)
    assert not running.done()
    await other.close()
    assert (await running)["level"] == 300
