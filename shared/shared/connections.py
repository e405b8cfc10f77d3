"""Connections to PostgreSQL that notice when the other end is silent (decision 0049).

A server that hangs breaks no connection: its kernel goes on acknowledging what is sent. So everything that is asked has
a deadline, and a connection that does not acknowledge being cut short is given up, with all that were made before that.
"""

import asyncio
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

import asyncpg
import structlog

from shared.outages import is_outage
from shared.planning import LOOKING_UP

STATEMENT: Final = 5.0  # seconds, for what a request or a loop does
BATCH_STATEMENT: Final = 60.0  # for statements that say by themselves that they do much at once
CONNECT: Final = 3.0  # for each host
GIVE_UP: Final = 1.0  # for a server to acknowledge that a statement is cancelled, or a connection closed
HEARTBEAT: Final = 2.0
_ALIVE: Final = {"TCP_KEEPIDLE": 5, "TCP_KEEPINTVL": 2, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 10_000}
# of the server, for a client that hangs or is gone: what it holds is let go of
_SETTINGS: Final = {
    "timezone": "UTC",
    "application_name": "helseverktoy",
    "idle_in_transaction_session_timeout": "60s",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "10s",
}

_logger = structlog.get_logger(__name__)


class Connection(asyncpg.Connection):  # type: ignore[misc]
    """`made_at` is on the monotonic clock. `is_cancelling` is while a statement is cut short."""

    def __init__(self, protocol: Any, transport: asyncio.Transport, *others: Any) -> None:
        super().__init__(protocol, transport, *others)
        self._config: Any
        self.made_at = time.monotonic()
        self.is_cancelling = False
        self.on_silence: Callable[[], None] | None = None
        _keep_alive(transport.get_extra_info("socket"))

    def _cancel_current_command(self, *waiters: Any) -> None:
        self.is_cancelling = True
        super()._cancel_current_command(*waiters)

    async def _cancel(self, *waiters: Any) -> None:
        """asyncpg waits for as long as a statement may take, and whoever uses the connection next waits with it."""
        async with asyncio.timeout(GIVE_UP) as limit:
            await super()._cancel(*waiters)
        self.is_cancelling = False
        if limit.expired():
            self.terminate()
            if self.on_silence:
                self.on_silence()

    @contextmanager
    def patient(self, seconds: float) -> Iterator[None]:
        """For batch work: so long may each of its statements take."""
        usual: Any = self._config
        self._config = usual._replace(command_timeout=seconds)
        try:
            yield
        finally:
            self._config = usual

    async def close(self, *, timeout: float | None = None) -> None:
        """Waits for the server, and not for long."""
        await super().close(timeout=min(timeout or GIVE_UP, GIVE_UP))


def _keep_alive(own: socket.socket) -> None:
    if own.family == socket.AF_UNIX:
        return
    own.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name in _ALIVE.keys() & vars(socket).keys():  # not every system has all
        own.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), _ALIVE[name])


def driver_url(url: str) -> str:
    """The URL as asyncpg itself takes it."""
    return url.replace("postgresql+asyncpg://", "postgresql://", 1)


def urls_of(url: str) -> list[str]:
    """One for each host of `postgresql://host:port,host:port/database`."""
    parts = urlsplit(driver_url(url))
    who, at, hosts = parts.netloc.rpartition("@")
    return [parts._replace(netloc=f"{who}{at}{host}").geturl() for host in hosts.split(",")]


class Connector:
    """Makes connections to the host that can be written to. The one found last is asked first.

    asyncpg takes several hosts as well, and gives all of them one time limit, which the first that hangs uses up.
    """

    def __init__(self, url: str, statement_timeout: float) -> None:
        self._urls = urls_of(url)
        self._statement_timeout = statement_timeout
        self._settings = _SETTINGS | (LOOKING_UP if statement_timeout <= STATEMENT else {})
        self._trusted_since = float("-inf")

    async def connect(self) -> Connection:
        """Raises what the last host's failure was."""
        for number, url in enumerate(list(self._urls)):
            try:
                connection = await self._connect(url)
            except Exception as error:
                if number == 0 and isinstance(error, asyncpg.TargetServerAttributeNotMatched):
                    self.distrust()  # the primary until now
                if number + 1 == len(self._urls) or not is_outage(error):
                    raise
                _logger.warning("database_host_away", host=urlsplit(url).hostname, error=type(error).__name__)
            else:
                self._urls = [url, *(other for other in self._urls if other != url)]
                return connection
        raise AssertionError("the last host returns or raises")

    async def _connect(self, url: str) -> Connection:
        connection: Connection = await asyncpg.connect(
            url,
            timeout=CONNECT,
            command_timeout=self._statement_timeout,
            connection_class=Connection,
            target_session_attrs="read-write",
            server_settings=self._settings,
        )
        connection.on_silence = self.distrust
        return connection

    def distrust(self) -> None:
        """What has been made until now is replaced before it is used again: its server hangs, or is no primary."""
        self._trusted_since = time.monotonic()

    def is_of_use(self, connection: Connection) -> bool:
        return not connection.is_closed() and connection.made_at >= self._trusted_since
