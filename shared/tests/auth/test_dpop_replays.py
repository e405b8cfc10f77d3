"""Each proof once: also at the same moment, across replicas, and after a crash of the database."""

import asyncio
import os
import secrets
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import time
from typing import Any

import asyncpg
import httpx
import pytest

from devkit.testing.proofs import ProofKey
from devkit.testing.waiting import until
from shared.auth import PostgresReplayStore, ProofCheckUnavailable, ProofReplayed, replay
from shared.auth.dpop import Proofs, Request
from shared.db import Database
from shared.schema import statements

EXPIRES_IN = 15


class CountingStore(PostgresReplayStore):
    statements = 0

    async def _write_batch(self, connection: asyncpg.Connection) -> None:
        self.statements += 1
        await super()._write_batch(connection)


@pytest.fixture
async def store(register: Database) -> AsyncIterator[CountingStore]:
    store = CountingStore(register)
    yield store
    await store.close()


@pytest.fixture
async def replica(register: Database) -> AsyncIterator[PostgresReplayStore]:
    """Another process of the same service: a pool of its own."""
    database = Database(register.url)
    store = PostgresReplayStore(database)
    yield store
    await store.close()
    await database.close()


@pytest.fixture
async def emptied(register: Database) -> AsyncIterator[Database]:
    async with register.driver() as connection:
        await connection.execute("TRUNCATE dpop_proof")
    yield register
    async with register.driver() as connection:
        await connection.execute("SELECT setval('dpop_proof_opened', 1)")


async def use(store: PostgresReplayStore, digest: bytes | None = None, age: float = 0) -> bool:
    issued_at = time() - age
    return await store.first_use(digest or secrets.token_bytes(32), issued_at, issued_at + EXPIRES_IN)


async def swept(store: PostgresReplayStore) -> None:
    """The answer comes first, and the writer deletes after it."""
    await until(lambda: store._writer is not None and store._writer.done())


async def count(database: Database) -> int:
    async with database.driver() as connection:
        found: int = await connection.fetchval("SELECT count(*) FROM dpop_proof")
        return found


async def test_a_proof_is_used_once(store: CountingStore, replica: PostgresReplayStore) -> None:
    digest = secrets.token_bytes(32)

    assert [await use(store, digest), await use(store, digest), await use(replica, digest)] == [True, False, False]


async def test_of_many_at_the_same_moment_one_wins(store: CountingStore, replica: PostgresReplayStore) -> None:
    digests = [secrets.token_bytes(32) for _ in range(20)]

    async def race(digest: bytes) -> list[bool]:
        return await asyncio.gather(*(use(place, digest) for place in [store, replica] * 5))

    assert [sum(won) for won in await asyncio.gather(*map(race, digests))] == [1] * 20


async def test_requests_gather_while_a_statement_is_under_way(store: CountingStore) -> None:
    assert all(await asyncio.gather(*(use(store) for _ in range(200))))

    assert store.statements <= 3


async def test_expired_proofs_are_deleted_a_bounded_number_at_a_time(
    emptied: Database, store: CountingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "SWEEP_ROWS", 10)
    monkeypatch.setattr(replay, "SWEEP_SECONDS", 3600)
    monkeypatch.setattr(store, "_sweep_from", time() + 3600)
    for _ in range(25):
        await use(store, age=100)
    monkeypatch.setattr(store, "_sweep_from", 0)

    left = []
    for _ in range(4):
        assert await use(store)
        await swept(store)
        left.append(await count(emptied))

    # one live row is added each time, and the third sweep is the last one due
    assert left == [16, 7, 3, 4]


async def test_no_proof_is_deleted_that_could_still_be_used(emptied: Database, store: CountingStore) -> None:
    digest = secrets.token_bytes(32)
    await use(store, digest, age=14)
    for _ in range(3):
        store._sweep_from = 0
        await use(store)
        await swept(store)

    assert not await use(store, digest)


async def test_a_proof_is_remembered_while_a_replica_whose_clock_is_behind_would_take_it(
    emptied: Database, store: CountingStore
) -> None:
    """A replica that is 4 seconds ahead has taken a client's proof that is 5 seconds ahead of that: what is deleted by
    it must not be young enough for us.
    """
    now = datetime.now(UTC)
    behind = Proofs(store, lambda: now)
    token_endpoint = Request("POST", "https://issuer.example/token", None, None)
    made = ProofKey().proof("POST", token_endpoint.address, "", now=now - timedelta(seconds=13), claims={"ath": None})
    await behind.check(made, token_endpoint)
    await swept(store)
    store._sweep_from = 0
    await use(store, age=-9)
    await swept(store)
    with pytest.raises(ProofReplayed):
        await behind.check(made, token_endpoint)


async def test_a_request_given_up_takes_no_other_with_it(store: CountingStore) -> None:
    digest = secrets.token_bytes(32)
    tasks = [asyncio.create_task(use(store, digest)), *(asyncio.create_task(use(store)) for _ in range(5))]
    await asyncio.sleep(0)
    tasks[0].cancel()

    assert await asyncio.gather(*tasks[1:]) == [True] * 5
    assert not await use(store, digest)


async def test_when_the_database_is_away_nothing_is_let_in() -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/nothing")
    store = PostgresReplayStore(database)

    refused = await asyncio.gather(*(use(store) for _ in range(5)), return_exceptions=True)

    assert [type(error) for error in refused] == [ProofCheckUnavailable] * 5
    await store.close()
    await database.close()


async def test_a_request_whose_proof_cannot_be_checked_is_answered_with_503(
    make_authenticator: Callable[..., Any], app: Any, client: httpx.AsyncClient, attempt: Any
) -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/nothing")
    app.state.auth = make_authenticator(replays=PostgresReplayStore(database))

    response = await client.post(attempt.url, headers=attempt.headers())

    assert (response.status_code, response.json()["code"]) == (503, "proof-check-unavailable")
    assert response.headers["retry-after"] == "2"
    await app.state.auth.close()
    await database.close()


async def test_after_the_connection_was_lost_the_next_request_gets_a_new_one(store: CountingStore) -> None:
    database = Database(store._database.url)
    lost = PostgresReplayStore(database)
    assert await use(lost)
    async with database.driver() as connection:
        kept, pid = connection, await connection.fetchval("SELECT pg_backend_pid()")
    async with store._database.driver() as connection:
        await connection.execute("SELECT pg_terminate_backend($1)", pid)
    await until(kept.is_closed)

    assert await use(lost)
    await lost.close()
    await database.close()


async def test_a_table_that_is_missing_is_not_an_outage(store: CountingStore, emptied: Database) -> None:
    async with emptied.driver() as connection:
        await connection.execute("ALTER TABLE dpop_proof RENAME TO elsewhere")
    try:
        with pytest.raises(asyncpg.UndefinedTableError):
            await use(store)
    finally:
        async with emptied.driver() as connection:
            await connection.execute("ALTER TABLE elsewhere RENAME TO dpop_proof")


async def test_close_waits_for_what_is_under_way(register: Database) -> None:
    database = Database(register.url)
    store = PostgresReplayStore(database)
    waiting = asyncio.create_task(use(store))
    await asyncio.sleep(0)

    await store.close()

    assert waiting.done() or await asyncio.wait_for(waiting, 10)
    assert database.connections_in_use == 0
    await database.close()


async def test_close_does_not_wait_for_ever(register: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "_LONGEST_CLOSE", 0.1)
    database = Database(register.url)
    store = PostgresReplayStore(database)
    async with register.driver() as connection, connection.transaction():
        await connection.execute("LOCK TABLE dpop_proof")
        waiting = asyncio.create_task(use(store))
        await asyncio.sleep(0.1)
        await store.close()

        with pytest.raises(ProofCheckUnavailable):
            await waiting
    await database.close()


async def test_a_copy_of_a_migrated_database_has_lost_nothing(
    make_database: Callable[[str | None], Awaitable[str]],
) -> None:
    database = Database(await make_database(None))
    store = PostgresReplayStore(database)

    assert await use(store, age=10)
    await store.close()
    await database.close()


async def test_after_a_crash_proofs_that_may_have_been_used_before_it_are_turned_away(tmp_path: Path) -> None:
    from devkit.servers import postgres

    server = await asyncio.to_thread(postgres.start, tmp_path / "postgres")
    database = Database(server.admin_url)
    store = PostgresReplayStore(database)
    try:
        async with database.driver() as connection:
            await connection.execute(statements("dpop_proof"))
        used = secrets.token_bytes(32)
        assert await use(store, used)
        assert await use(store)

        await _crash(database)

        with pytest.raises(ProofCheckUnavailable) as refused:
            await use(store, used)
        assert refused.value.headers == {"Retry-After": "15"}
        assert await use(store, age=-11)
        assert await count(database) == 2, "a third row: the crash did not empty the register, so this proves nothing"
    finally:
        await store.close()
        await database.close()
        await asyncio.to_thread(server.stop)


async def _crash(database: Database) -> None:
    """One server process dies of SIGKILL, and PostgreSQL recovers as after any crash; the postmaster itself lives."""
    connection = await asyncpg.connect(database.url)
    os.kill(await connection.fetchval("SELECT pg_backend_pid()"), signal.SIGKILL)
    connection.terminate()

    async def recovered() -> bool:
        with suppress(Exception):
            await database.ping()
            return True
        return False

    await asyncio.sleep(0.1)
    await until(recovered)
