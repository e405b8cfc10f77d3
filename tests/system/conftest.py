"""The whole system as processes of their own, on a private PostgreSQL and a private RabbitMQ."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from devkit.servers import ServerFailed, rabbitmq
from devkit.testing.plugin import NEWER_RABBITMQ
from sandbox.seeding import seed_from_outside
from sandbox.services import SERVICES
from sandbox.wiring import Wiring, free_port_base
from tools.local.ehr import Ehr
from tools.local.processes import Processes, processes

PHYSICIAN = "990000101"
DATA = Path(__file__).parents[2] / "deploy/sandbox/sandbox/data"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What searches everything for identity numbers comes after everything else."""
    items.sort(key=lambda item: "test_no_identity_numbers" in item.nodeid)


@pytest.fixture(scope="session")
def port_base() -> int:
    return free_port_base(18100)


@pytest.fixture(scope="session")
def another_port_base() -> int:
    """Beside the system's own."""
    return free_port_base(20300)


@pytest.fixture(scope="session")
def citizens() -> list[dict[str, Any]]:
    people: list[dict[str, Any]] = json.loads((DATA / "citizens.json").read_text("utf-8"))
    return people


@pytest.fixture(scope="session")
def broker(server_directory: Path) -> Iterator["Broker"]:
    """A RabbitMQ of its own for the system tests, because they kill it."""
    broker = Broker(server_directory / "rabbitmq-system")
    yield broker
    broker.server.stop()


class Broker:
    """RabbitMQ 4 as operations run it, or what the machine has where that is not to be had (`instead`: why not)."""

    def __init__(self, directory: Path) -> None:
        self._directory, self._release, self.instead = directory, NEWER_RABBITMQ, ""
        try:
            self.server = rabbitmq.start(directory, release=self._release)
        except ServerFailed as error:
            self._release, self.instead = None, str(error)
            self.server = rabbitmq.start(directory)

    def crash_and_return(self) -> None:
        url = self.server.url
        self.server.kill()
        self.server = rabbitmq.start(self._directory, release=self._release)
        assert self.server.url == url, "the broker must come back at the same address"


@pytest.fixture(scope="session")
async def wiring(server_directory: Path, postgres_url: str, broker: Broker, port_base: int) -> Wiring:
    state = server_directory / "system"
    wiring = await asyncio.to_thread(Wiring.on, postgres_url, state, port_base, broker.server.url)
    await wiring.prepare()
    return wiring


@pytest.fixture(scope="session")
def log_file(server_directory: Path) -> Path:
    return server_directory / "system.log"


@pytest.fixture(scope="session")
async def system(wiring: Wiring, log_file: Path) -> AsyncIterator[Processes]:
    """Five APIs, five workers and the sandbox, seeded."""
    starting = processes(wiring, log_file)
    running = await asyncio.to_thread(starting.__enter__)
    try:
        await seed_from_outside(wiring)
        yield running
    finally:
        await asyncio.to_thread(starting.__exit__, None, None, None)


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=30, limits=httpx.Limits(max_connections=64)) as http:
        yield http


@pytest.fixture
async def ehr(system: Processes, wiring: Wiring, http: httpx.AsyncClient) -> Ehr:
    api = next(service for service in SERVICES if service.name == "prescription-api")
    ehr = Ehr(http, wiring.sandbox_url, wiring.address(api))
    await ehr.log_in(PHYSICIAN)
    return ehr


@pytest.fixture
async def tools(ehr: Ehr) -> list[str]:
    """What the physician may prescribe."""
    page = (await ehr.get("/v1/prescribable-tools", limit="100")).json()
    return [tool["toolId"] for tool in page["items"] if tool["prescribable"]]


Count = Callable[..., Awaitable[int]]


@pytest.fixture
async def count(wiring: Wiring) -> Count:
    """The first value of a query in a service's database."""

    async def count(service: str, sql: str, *values: Any) -> int:
        connection = await asyncpg.connect(wiring.database_urls[service])
        try:
            found: int = await connection.fetchval(sql, *values)
            return found
        finally:
            await connection.close()

    return count


@pytest.fixture
def until() -> Callable[..., Awaitable[None]]:
    async def until(happened: Callable[[], Awaitable[bool]], what: str, seconds: float = 30) -> None:
        started = datetime.now(UTC)
        while not await happened():
            assert (datetime.now(UTC) - started).total_seconds() < seconds, f"not within {seconds} s: {what}"
            await asyncio.sleep(0.05)

    return until
