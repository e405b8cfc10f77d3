"""docker-compose.yml, the environment files and the Dockerfile, read as Docker Compose and Docker would read them."""

import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.manifests.rendering import render

ROOT = Path(__file__).parents[2]
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

    def environment(self, container: str, variables: dict[str, str]) -> dict[str, str]:
        """What the container gets; a name without a value is given on when it is set."""
        values: dict[str, str | None] = self.containers[container].get("environment") or {}
        given = {name: variables.get(name) if value is None else value for name, value in values.items()}
        return {name: interpolated(value, variables) for name, value in given.items() if value is not None}


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
