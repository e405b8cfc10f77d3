"""A database that is there and does not answer: found out in seconds, told, and left for one that does."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from structlog.testing import capture_logs

from devkit.servers import postgres
from devkit.testing.stopping import hung, hung_server
from devkit.testing.waiting import until
from shared import health
from shared.db import CurrentDatabase, Database, Reader, Session
from shared.errors import install_error_handlers
from shared.http import Gate
from shared.messaging.local import LocalBroker
from shared.metrics import Metrics
from shared.relay import Relay
from shared.schema import statements

RECOVERY: Final = 10.0  # seconds, as docs/decisions/0049 promises
PID: Final = "SELECT pg_backend_pid()"
EVENT: Final = (
    "INSERT INTO outbox (event_id, name, payload) VALUES (gen_random_uuid(), 'no-queue.changed', '{}') RETURNING id"
)


@pytest.fixture(scope="module")
def server(server_directory: Path) -> Iterator[postgres.PostgresServer]:
    """One of its own: it is stopped as a whole."""
    with postgres.start(server_directory / "hanging", fast=True) as started:
        yield started


@pytest.fixture
async def own(server: postgres.PostgresServer) -> AsyncIterator[Database]:
    database = Database(server.admin_url, pool_size=4)
    async with database.driver() as connection:
        if not await connection.fetchval("SELECT to_regclass('dead_letter')"):  # what /metrics counts
            await connection.execute(statements("tables", "dead_letter_discards"))
    yield database
    await database.close()


@asynccontextmanager
async def asking(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.state.database, app.state.metrics = database, Metrics()
    app.include_router(health.router)

    @app.get("/driver")
    async def by_driver(database: CurrentDatabase) -> Any:
        async with database.driver() as connection:
            return await connection.fetchval("SELECT 1")

    @app.get("/session")
    async def by_session(session: Session) -> Any:
        return await session.scalar(text("SELECT 1"))

    @app.get("/reader")
    async def by_reader(reader: Reader) -> Any:
        return await reader.scalar(text("SELECT 1"))

    @app.get("/aborted")
    async def aborted(database: CurrentDatabase) -> Any:
        async with database.driver() as connection:
            connection.terminate()
            return await connection.fetchval("SELECT 1")

    @app.get("/aborted-session")
    async def aborted_session(session: Session) -> Any:
        raw: Any = await (await session.connection()).get_raw_connection()
        raw.driver_connection.terminate()
        return await session.scalar(text("SELECT 1"))

    @app.get("/aborted-transaction")
    async def aborted_transaction(database: CurrentDatabase) -> Any:
        async with database.driver_transaction() as connection:
            connection.terminate()

    @app.get("/written")
    async def written(database: CurrentDatabase) -> Any:
        async with database.driver() as connection:
            return await connection.execute("CREATE TABLE IF NOT EXISTS written ()")

    @app.get("/written-by-session")
    async def written_by_session(session: Session) -> None:
        await session.execute(text("CREATE TABLE IF NOT EXISTS written ()"))

    install_error_handlers(app)
    app.add_middleware(Gate, service="test", metrics=app.state.metrics, max_body_bytes=1000, seconds=RECOVERY)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test", timeout=60) as http:
        yield http


def is_unavailable(answer: httpx.Response) -> bool:
    return answer.status_code == 503 and answer.json()["code"] == "unavailable" and "Retry-After" in answer.headers


async def all_well(http: httpx.AsyncClient, *paths: str) -> bool:
    return all([(await http.get(path)).status_code == 200 for path in paths])


@asynccontextmanager
async def relaying(database: Database) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(Relay(database, LocalBroker(), Metrics()).run(stop))
    try:
        yield
    finally:
        stop.set()
        task.cancel()
        await asyncio.wait([task])


async def relay_pid(database: Database) -> int | None:
    """Of the backend that the relay listens with."""
    found: int | None = None
    async with database.driver() as connection:
        found = await connection.fetchval(
            "SELECT max(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> ALL($1)"
            " AND (query ~ 'LISTEN|due_at|lease' OR query = 'SELECT 1') AND backend_type = 'client backend'",
            [connection.get_server_pid()],
        )
    return found


async def test_a_relay_whose_backend_hangs_takes_another_and_sends_on(database: Database) -> None:
    async def sent(number: int) -> bool:
        async with database.driver() as connection:
            # one without a queue is put off: it has been in the relay's hands
            return bool(await connection.fetchval("SELECT due_at > created_at FROM outbox WHERE id = $1", number))

    async with relaying(database), asyncio.timeout(60):
        async with database.driver() as connection:
            first = await connection.fetchval(EVENT)
        await until(lambda: sent(first))
        hanging = await relay_pid(database)
        assert hanging
        with capture_logs() as logs, hung(hanging):
            async with database.driver() as connection:
                second = await connection.fetchval(EVENT)
            await until(lambda: sent(second), RECOVERY)
        assert "relay_waits" in {entry["event"] for entry in logs}


@pytest.mark.parametrize("path", ["/driver", "/session", "/reader"])
async def test_a_whole_server_that_hangs_is_told_in_time_and_found_again(
    server: postgres.PostgresServer, own: Database, path: str
) -> None:
    async with asking(own) as http:
        assert (await http.get(path)).status_code == 200
        with hung_server(server.process.pid):
            began = time.monotonic()
            answers = await asyncio.gather(*(http.get(path) for _ in range(12)))
            assert time.monotonic() - began < RECOVERY + 2
            assert all(map(is_unavailable, answers))
            began = time.monotonic()
            ready = await http.get("/health/ready")
            assert (ready.status_code, ready.json()["checks"]) == (503, {"database": "away"})
            assert "database_answers 0.0" in (await http.get("/metrics")).text  # DatabaseAway
            assert time.monotonic() - began < 6
        await until(lambda: all_well(http, path, "/health/ready"), RECOVERY)
        assert "database_answers 1.0" in (await http.get("/metrics")).text


@pytest.mark.parametrize("path", ["/aborted", "/aborted-session", "/aborted-transaction"])
async def test_an_aborted_connection_is_an_outage(database: Database, path: str) -> None:
    async with asking(database) as http:
        assert is_unavailable(await http.get(path))
        assert (await http.get("/driver")).status_code == 200


@asynccontextmanager
async def only_reading(admin_url: str) -> AsyncIterator[None]:
    admin = await asyncpg.connect(admin_url)
    try:
        await admin.execute("SET default_transaction_read_only = off")
        await admin.execute("ALTER SYSTEM SET default_transaction_read_only = on")
        await admin.execute("SELECT pg_reload_conf()")
        yield
    finally:
        await admin.execute("ALTER SYSTEM RESET default_transaction_read_only")
        await admin.execute("SELECT pg_reload_conf()")
        await admin.close()


async def is_read_only(connection: asyncpg.Connection) -> bool:
    return bool(await connection.fetchval("SHOW default_transaction_read_only") == "on")


@pytest.mark.parametrize("path", ["/written", "/written-by-session"])
async def test_a_server_that_only_reads_is_an_outage_and_left(
    server: postgres.PostgresServer, own: Database, path: str
) -> None:
    """As a primary that has been demoted: its sessions may go on, and cannot write."""
    async with asking(own) as http:
        assert (await http.get(path)).status_code == 200
        async with own.driver() as connection, own.driver() as other:
            before = {await each.fetchval(PID) for each in (connection, other)}
        async with only_reading(server.admin_url):
            async with own.driver() as connection:
                await until(lambda: is_read_only(connection))
            assert is_unavailable(await http.get(path))
        await until(lambda: all_well(http, path), RECOVERY)
        async with own.driver() as connection, own.driver() as other:
            assert before.isdisjoint({await each.fetchval(PID) for each in (connection, other)})


@pytest.fixture
def silent_host() -> Iterator[str]:
    """Takes connections into its queue, and says nothing."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(50)
        yield f"127.0.0.1:{listening.getsockname()[1]}"


async def test_of_several_hosts_the_one_that_answers_is_used(postgres_url: str, silent_host: str) -> None:
    parts = urlsplit(postgres_url)
    who, _, host = parts.netloc.rpartition("@")
    database = Database(parts._replace(netloc=f"{who}@{silent_host},{host}").geturl(), pool_size=3)
    try:
        async with asyncio.timeout(RECOVERY):
            async with database.driver() as connection:
                assert await connection.fetchval("SELECT 1") == 1
        began = time.monotonic()
        async with database.session() as session:  # and the one that answered is asked first from now on
            assert await session.scalar(text("SELECT 1")) == 1
        listening = await database.listen()
        assert await listening.fetchval("SELECT 1") == 1
        listening.terminate()
        assert time.monotonic() - began < 3
    finally:
        await database.close()


async def test_a_statement_has_a_deadline_also_on_connections_outside_the_pool(database: Database) -> None:
    connection = await database.listen()
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        await connection.execute("SELECT pg_sleep(60)")
    assert time.monotonic() - began < RECOVERY
    connection.terminate()


async def test_nobody_holds_a_transaction_open_for_ever(database: Database) -> None:
    async with database.driver() as connection:
        held = await connection.fetchval("SHOW idle_in_transaction_session_timeout")
        assert held == "1min"
        assert await connection.fetchval("SHOW tcp_user_timeout") not in (None, "")
