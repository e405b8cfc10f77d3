"""The private servers keep their promises: data survive, users are kept apart, nothing outlives its starter."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import aio_pika
import asyncpg
import pytest

from devkit.servers import ServerFailed, broker, keeper, postgres, rabbitmq, unpacked
from devkit.servers.account import Account
from devkit.servers.places import home_of, store
from devkit.servers.process import free_port, has_ended, sole_use
from devkit.servers.unpacked import Unpacked, UnpackFailed

needs_proc = pytest.mark.skipif(not Path("/proc/self").exists(), reason="processes are looked up in /proc")
PASSWORDS = {"catalog_api": "p@ss/w%rd", "consent_api": "other"}


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("postgres")


@pytest.fixture
def server(directory: Path) -> Iterator[postgres.PostgresServer]:
    with postgres.start(directory, fast=True) as server:
        yield server


async def _write_and_count(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("CREATE TABLE IF NOT EXISTS kept (number int); INSERT INTO kept VALUES (1)")
        return int(await connection.fetchval("SELECT count(*) FROM kept"))
    finally:
        await connection.close()


async def test_data_survive_stop_and_kill_under_the_same_url(directory: Path) -> None:
    first = postgres.start(directory, fast=True)
    url = postgres.create_databases(first.admin_url, PASSWORDS)["catalog_api"]
    assert await _write_and_count(url) == 1
    first.stop()
    second = postgres.start(directory, fast=True)
    assert await _write_and_count(url) == 2
    second.kill()
    with pytest.raises(OSError, match="Connect call failed"):
        await asyncpg.connect(url)
    with postgres.start(directory) as third:
        assert third.admin_url == first.admin_url
        assert await _write_and_count(url) == 3


@pytest.mark.parametrize("database", ["consent_api", "postgres", "template1"])
async def test_a_user_is_refused_every_database_but_its_own(server: postgres.PostgresServer, database: str) -> None:
    postgres.create_databases(server.admin_url, PASSWORDS)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(server.url(database, "catalog_api", PASSWORDS["catalog_api"]))


async def test_a_wrong_password_is_refused(server: postgres.PostgresServer) -> None:
    postgres.create_databases(server.admin_url, PASSWORDS)
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(server.url("catalog_api", "catalog_api", "wrong"))


async def test_databases_can_be_asked_for_again_with_another_password(server: postgres.PostgresServer) -> None:
    postgres.create_databases(server.admin_url, PASSWORDS)
    urls = postgres.create_databases(server.admin_url, PASSWORDS | {"consent_api": "changed"})
    connection = await asyncpg.connect(urls["consent_api"])
    try:
        extensions = await connection.fetch("SELECT extname FROM pg_extension")
    finally:
        await connection.close()
    assert {"pg_trgm", "unaccent"} <= {row["extname"] for row in extensions}


async def test_norwegian_letters_are_letters(server: postgres.PostgresServer) -> None:
    connection = await asyncpg.connect(server.admin_url)
    try:
        assert await connection.fetchval("SELECT upper('blåbærøl')") == "BLÅBÆRØL"
        assert await connection.fetchval("SELECT to_tsvector('norwegian', 'Søvnvansker')::text") == "'søvnvansk':1"
    finally:
        await connection.close()


async def test_it_listens_on_the_loopback_interface_only(server: postgres.PostgresServer) -> None:
    connection = await asyncpg.connect(server.admin_url)
    try:
        assert await connection.fetchval("SHOW listen_addresses") == "127.0.0.1"
        assert await connection.fetchval("SHOW unix_socket_directories") == ""
    finally:
        await connection.close()


def _listener(port: int) -> socket.socket:
    return socket.create_server(("127.0.0.1", port))


def test_a_port_that_is_taken_is_given_up_for_another(directory: Path) -> None:
    with postgres.start(directory, fast=True) as server:
        port = server.port
    with _listener(port), postgres.start(directory, fast=True) as server:
        assert server.port != port


STARTER = """
import sys, time
from pathlib import Path
from devkit.servers import postgres
server = postgres.start(Path(sys.argv[1]), fast=True)
print(server.process.pid, flush=True)
time.sleep(60)
"""


def _started(directory: Path) -> tuple[subprocess.Popen[str], int]:
    starter = subprocess.Popen([sys.executable, "-c", STARTER, str(directory)], stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    with starter.stdout as answer:
        return starter, int(answer.readline())


@needs_proc
def test_the_server_ends_when_its_starter_is_killed(directory: Path) -> None:
    starter, pid = _started(directory)
    starter.kill()
    starter.wait()
    deadline = time.monotonic() + 60
    while not has_ended(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert has_ended(pid)


@needs_proc
def test_a_server_left_behind_by_a_killed_keeper_is_replaced(directory: Path) -> None:
    starter, pid = _started(directory)
    (kept_by,) = [child for child in keeper.children(starter.pid) if pid in keeper.children(child)]
    os.kill(kept_by, signal.SIGKILL)
    starter.kill()
    starter.wait()
    assert not has_ended(pid)
    with postgres.start(directory, fast=True) as server:
        assert server.process.pid != pid
        assert has_ended(pid)


def test_a_server_in_use_is_left_alone(tmp_path: Path) -> None:
    with sole_use(tmp_path), pytest.raises(ServerFailed, match="in use"), sole_use(tmp_path, seconds=0):
        pass


def test_a_server_that_cannot_start_says_why(directory: Path) -> None:
    with _listener(free_port()) as other, pytest.raises(ServerFailed, match="could not bind"):
        postgres.start(directory, port=other.getsockname()[1])


async def _put(url: str, body: bytes) -> None:
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        for kind in ("quorum", "classic"):
            await channel.declare_queue(kind, durable=True, arguments={"x-queue-type": kind})
            message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
            await channel.default_exchange.publish(message, kind)


async def _take_all(url: str) -> dict[str, list[bytes]]:
    taken: dict[str, list[bytes]] = {"quorum": [], "classic": []}
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        for kind, bodies in taken.items():
            queue = await channel.get_queue(kind)
            while message := await queue.get(fail=False):
                bodies.append(message.body)
    return taken


async def test_durable_messages_survive_stop_and_kill_under_the_same_url(tmp_path: Path) -> None:
    node = await asyncio.to_thread(rabbitmq.start, tmp_path)
    url = node.url
    await _put(url, b"before the stop")
    node.stop()
    node = await asyncio.to_thread(rabbitmq.start, tmp_path)
    await _put(url, b"before the kill")
    node.kill()
    with pytest.raises(aio_pika.exceptions.AMQPConnectionError):
        await aio_pika.connect(url)
    with await asyncio.to_thread(rabbitmq.start, tmp_path) as node:
        assert node.url == url
        both = [b"before the stop", b"before the kill"]
        assert await _take_all(url) == {"quorum": both, "classic": both}


def test_a_missing_broker_that_cannot_be_fetched_names_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PRIVATE_SERVERS_STORE", str(tmp_path))
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setattr(broker, "INSTALLED", broker.Broker(tmp_path / "nothing"))
    with pytest.raises(ServerFailed, match="apt-get install rabbitmq-server"):
        broker.find_broker(Account(os.geteuid(), os.getegid(), other=False))


def test_a_package_that_nobody_offers_is_not_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(UnpackFailed, match="apt-get"):
        Unpacked(tmp_path, "no-such-package").add(".*")


def test_a_store_that_others_may_write_to_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o777)
    monkeypatch.setenv("PRIVATE_SERVERS_STORE", str(tmp_path))
    with pytest.raises(ServerFailed, match="not ours alone"):
        store(Account(os.geteuid(), os.getegid(), other=False))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs servers as somebody else")
def test_a_directory_out_of_reach_has_its_home_in_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIVATE_SERVERS_STORE", str(tmp_path / "store"))
    gone = tmp_path / "gone"
    nobody = Account(65534, 65534, other=True)
    monkeypatch.setattr(Account, "reaches", lambda self, path: path == tmp_path / "store")
    forgotten = home_of(gone, nobody)
    assert forgotten == home_of(gone, nobody)
    gone.rmdir()
    assert home_of(tmp_path / "here", nobody).parent == tmp_path / "store" / "servers"
    assert not forgotten.exists()


def test_another_release_of_debian_is_not_fetched_on_another_distribution(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRIVATE_SERVERS_STORE", str(tmp_path))
    monkeypatch.setattr(unpacked.platform, "freedesktop_os_release", lambda: {"ID": "ubuntu", "VERSION_ID": "24.04"})
    with pytest.raises(ServerFailed, match="on Debian only, this is ubuntu"):
        broker.find_broker(Account(os.geteuid(), os.getegid(), other=False), "trixie")
