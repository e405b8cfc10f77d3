"""A sandbox with the delivered data and a state directory of its own, called without a network."""

import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from sandbox.app import create_app
from sandbox.context import Sandbox
from sandbox.settings import SandboxSettings

Connect = Callable[[FastAPI], httpx.AsyncClient]


def _free_port_for_mail() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@pytest.fixture
def fresh_settings(tmp_path: Path) -> SandboxSettings:
    """For a test that starts a sandbox itself."""
    return SandboxSettings(port_base=_free_port_for_mail() - 25, state_directory=tmp_path)


@pytest.fixture(scope="session")
async def app(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[FastAPI]:
    """One for all tests, because reading its keys takes most of a second; its mail server is running."""
    directory = tmp_path_factory.mktemp("sandbox")
    app = create_app(SandboxSettings(port_base=_free_port_for_mail() - 25, state_directory=directory))
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
def sandbox(app: FastAPI) -> Sandbox:
    opened: Sandbox = app.state.sandbox
    return opened


@pytest.fixture
def settings(sandbox: Sandbox) -> SandboxSettings:
    return sandbox.settings


@pytest.fixture
def connect() -> Connect:
    def to(app: FastAPI) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app)
        return httpx.AsyncClient(transport=transport, base_url=app.state.sandbox.settings.issuer)

    return to


@pytest.fixture
async def http(app: FastAPI, connect: Connect) -> AsyncIterator[httpx.AsyncClient]:
    """Calls the sandbox as it is on the first day."""
    app.state.reset_hooks.clear()
    async with connect(app) as client:
        assert (await client.post("/reset")).status_code == 200
        yield client
