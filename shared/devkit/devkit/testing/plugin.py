"""The pytest plugin (`-p devkit.testing.plugin`): real PostgreSQL and RabbitMQ, migrated databases, tokens.

The servers are private to the test run, started when a test first needs them, unless TEST_DATABASE_URL and
TEST_AMQP_URL name some. TEST_DATABASE_URL is an administrator's URL: each database made in it is dropped in the end.
The newer RabbitMQ is from the Debian release in TEST_RABBITMQ_RELEASE (empty: the machine's own once more).
"""

import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import Final
from uuid import uuid4

import asyncpg
import pytest
import structlog
from structlog.testing import capture_logs

from shared.db import Database
from shared.migrate import migrate
from shared.schema import statements

MakeDatabase = Callable[[str | None], Awaitable[str]]

NEWER_RABBITMQ: Final = os.environ.get("TEST_RABBITMQ_RELEASE", "trixie") or None
"""The Debian release that has RabbitMQ 4, of which docker-compose.yml names a version; none: the machine's own."""

MEASURED: Final = "measured"
"""A property that a test records: what it says is printed at the end of the run."""


def pytest_configure() -> None:
    """What tests log is for reading: short, because an exception with all its frames' variables takes seconds."""
    renderer = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.processors.add_log_level, renderer])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A test that ran in another process cannot print here itself."""
    for report in (report for outcome in ("passed", "failed") for report in terminalreporter.getreports(outcome)):
        for name, said in report.user_properties:
            if name == MEASURED:
                terminalreporter.write_line(said)


@pytest.fixture(scope="session")
def server_directory() -> Iterator[Path]:
    """Where the private servers of this run live."""
    import shutil

    directory = Path(mkdtemp(prefix="helseverktoy-test-"))
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_url(server_directory: Path) -> Iterator[str]:
    """An administrator's URL of the PostgreSQL server."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    from devkit.servers import postgres

    server = postgres.start(server_directory / "postgres", fast=True)
    yield server.admin_url
    server.stop()


@pytest.fixture(scope="session")
def amqp_url(server_directory: Path) -> Iterator[str]:
    if given := os.environ.get("TEST_AMQP_URL"):
        yield given
        return
    from devkit.servers import rabbitmq

    server = rabbitmq.start(server_directory / "rabbitmq")
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def newer_amqp_url(server_directory: Path) -> Iterator[str]:
    """RabbitMQ 4, where it can be had: from Debian's packages."""
    from devkit.servers import ServerFailed, rabbitmq

    try:
        server = rabbitmq.start(server_directory / "rabbitmq-newer", release=NEWER_RABBITMQ)
    except ServerFailed as error:
        pytest.skip(f"no RabbitMQ 4 to test on: {error}")
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def client_key_file(server_directory: Path) -> Path:
    """A private key to be somebody at HelseID with (private_key_jwt)."""
    from joserfc.jwk import ECKey

    file = server_directory / "client.jwk.json"
    file.write_text(json.dumps(ECKey.generate_key("P-256").as_dict(private=True)))
    return file


@pytest.fixture(scope="session")
async def templates(postgres_url: str) -> AsyncIterator[dict[str, str]]:
    """Package name to the name of its migrated template database."""
    made: dict[str, str] = {}
    yield made
    await _execute(postgres_url, *(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)' for name in made.values()))


@pytest.fixture(scope="session")
async def make_database(postgres_url: str, templates: dict[str, str]) -> AsyncIterator[MakeDatabase]:
    """Makes an empty database as the package's migrations leave it (None: only the shared tables). Returns its URL."""
    made: list[str] = []

    async def make(package: str | None) -> str:
        template = templates.get(package or "shared")
        if template is None:
            template = templates[package or "shared"] = await _make_template(postgres_url, package)
        name = f"test_{uuid4().hex[:12]}"
        await _execute(postgres_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        made.append(name)
        return _named(postgres_url, name)

    yield make
    await _execute(postgres_url, *(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)' for name in made))


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], str]]:
    """All that the test has logged when it is called, before anything is masked, wherever logging writes to."""
    with capture_logs() as lines:
        yield lambda: f"{lines} {caplog.text}"


@pytest.fixture
async def database(make_database: MakeDatabase) -> AsyncIterator[Database]:
    """A database with the shared tables only."""
    database = Database(await make_database(None))
    yield database
    await database.close()


async def _make_template(admin_url: str, package: str | None) -> str:
    name = f"template_{uuid4().hex[:12]}"
    await _execute(admin_url, f'CREATE DATABASE "{name}"')
    url = _named(admin_url, name)
    await _execute(url, "CREATE EXTENSION IF NOT EXISTS pg_trgm", "CREATE EXTENSION IF NOT EXISTS unaccent")
    if package is None:
        await _execute(
            url,
            statements(
                "tables", "dpop_proof", "dead_letter_discards", "rate_count", "lease", "retention", "outbox_months"
            ),
        )
    else:
        await migrate(package, url)
    return name


async def _execute(url: str, *sql: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in sql:
            await connection.execute(statement)
    finally:
        await connection.close()


def _named(url: str, database: str) -> str:
    """The same server, another database: the path of the URL is replaced, its query kept."""
    head, _, query = url.partition("?")
    base = head.rsplit("/", 1)[0]
    return f"{base}/{database}" + (f"?{query}" if query else "")
