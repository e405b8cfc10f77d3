"""The database of a service: one request, one transaction, committed before the response leaves.

FastAPI runs the end of an ordinary `yield` dependency after the response is sent, so that a failed commit would already
have been answered with 200; `scope="function"` ends it before. This is the only module that commits.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, nullcontext
from functools import cached_property
from typing import Annotated, Any

import asyncpg
from fastapi import Depends, Request
from sqlalchemy import MetaData, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import PoolProxiedConnection, QueuePool
from sqlalchemy.util import greenlet_spawn

from shared.connections import HEARTBEAT, STATEMENT, Connection, Connector, driver_url
from shared.outages import is_read_only
from shared.wakeups import Wakeups

_CHANNELS = "wakeup_channels"
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def metadata() -> MetaData:
    return MetaData(naming_convention=NAMING)


class Database:
    """A service's own database. Connections are few and short; none is held across a call to another system.

    `url` may name several hosts, with commas between: the one that can be written to is used. `statement_timeout` is in
    seconds.
    """

    def __init__(self, url: str, *, pool_size: int = 10, statement_timeout: float = STATEMENT) -> None:
        self.url = driver_url(url)
        self._pool_size = pool_size
        self._connector = Connector(self.url, statement_timeout)
        self._kept: list[PoolProxiedConnection] = []

    @cached_property
    def engine(self) -> AsyncEngine:
        engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=self._connector.connect,
            pool_size=self._pool_size,
            max_overflow=0,
            pool_timeout=5,
            pool_use_lifo=True,  # the connection used last has the plans of the statements
            pool_recycle=1800,
        )
        event.listen(engine.sync_engine, "checkout", self._replace_useless)
        return engine

    @cached_property
    def wakeups(self) -> Wakeups:
        return Wakeups(self)

    @cached_property
    def _autocommit(self) -> AsyncEngine:
        return self.engine.execution_options(isolation_level="AUTOCOMMIT")

    @cached_property
    def _sessions(self) -> async_sessionmaker[AsyncSession]:
        return async_sessionmaker(self.engine, expire_on_commit=False)

    @asynccontextmanager
    async def session(self, *, statement_timeout: float | None = None) -> AsyncIterator[AsyncSession]:
        """One transaction: committed when the block ends well, rolled back when it raises.

        `statement_timeout`, in seconds, is for batch work, whose statements take longer than others may.
        """
        async with self._sessions() as session:
            try:
                async with _patient(session, statement_timeout):
                    yield session
            except BaseException as error:
                await session.rollback()
                self._note(error)
                raise
            await session.commit()
            for channel, about in session.info.get(_CHANNELS, ()):
                self.wakeups.send(channel, about)

    @asynccontextmanager
    async def reader(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reads by prebuilt Core statements; every statement sees what is committed at that moment."""
        async with self._autocommit.connect() as connection:
            try:
                yield connection
            except Exception as error:
                self._note(error)
                raise

    @asynccontextmanager
    async def driver(self) -> AsyncIterator[asyncpg.Connection]:
        """The driver's own connection from the same pool, for the hot paths that measurements have shown.

        Each statement is a transaction of its own. Taken from the pool directly, because SQLAlchemy's Connection around
        it costs as much as a small query; and half of the pool stays out between two uses, because taking one and
        giving it back cost half of one.
        """
        pooled = await self._take()
        try:
            yield pooled.driver_connection
        except asyncpg.ReadOnlySQLTransactionError as error:
            self._note(error)
            raise
        finally:
            if not self._keep(pooled):
                await greenlet_spawn(_give_back, pooled)

    async def _take(self) -> PoolProxiedConnection:
        while self._kept:
            pooled = self._kept.pop()
            if self._connector.is_of_use(_driver_of(pooled)):
                return pooled
            await greenlet_spawn(_throw_away, pooled)
        return await self.engine.raw_connection()

    def _keep(self, pooled: PoolProxiedConnection) -> bool:
        """Not one that others may wait for, nor one that a failure has left within a statement or a transaction."""
        connection = _driver_of(pooled)
        is_short = self._pool.checkedin() == 0 and self._pool.overflow() >= 0
        if is_short or len(self._kept) >= self._pool_size // 2 or _is_left_over(connection):
            return False
        self._kept.append(pooled)
        return True

    @asynccontextmanager
    async def driver_transaction(self, *, statement_timeout: float | None = None) -> AsyncIterator[asyncpg.Connection]:
        """As `driver`, in one transaction; `statement_timeout` as for `session`."""
        async with self.driver() as connection:
            with connection.patient(statement_timeout) if statement_timeout else nullcontext():
                async with connection.transaction():
                    yield connection

    @property
    def connections_in_use(self) -> int:
        """Of the pool; those that are kept between two uses are in nobody's hands."""
        return self._pool.checkedout() - len(self._kept)

    @property
    def _pool(self) -> QueuePool:
        pool = self.engine.pool
        assert isinstance(pool, QueuePool)  # noqa: S101 - as it is made above
        return pool

    async def ping(self) -> None:
        """Raises TimeoutError after a heartbeat's time, also when that was spent waiting for a connection."""
        async with asyncio.timeout(HEARTBEAT), self.driver() as connection:
            await connection.execute("SELECT 1")

    async def listen(self) -> Connection:
        """A connection outside the pool, for LISTEN. Whoever only waits on it asks it from time to time (`heartbeat`),
        and ends it by `terminate`.
        """
        return await self._connector.connect()

    def _note(self, error: BaseException) -> None:
        """A server that no longer takes what is written has been demoted: another one does."""
        if is_read_only(error):
            self._connector.distrust()

    def _replace_useless(self, connection: Any, _record: Any, _proxy: Any) -> None:
        """A connection that died with the server is replaced when it is taken, without a query to find out."""
        driver_connection = connection.driver_connection
        if not self._connector.is_of_use(driver_connection):
            driver_connection.terminate()  # to close it would wait for its server
            raise DisconnectionError()

    async def close(self) -> None:
        if "wakeups" in self.__dict__:
            await self.wakeups.close()
        while self._kept:
            await greenlet_spawn(_give_back, self._kept.pop())
        if "engine" in self.__dict__:
            await self.engine.dispose()


def _driver_of(pooled: PoolProxiedConnection) -> Connection:
    connection: Any = pooled.driver_connection
    return connection  # type: ignore[no-any-return]


@asynccontextmanager
async def _patient(session: AsyncSession, statement_timeout: float | None) -> AsyncIterator[None]:
    if statement_timeout is None:
        yield
        return
    raw: Any = await (await session.connection()).get_raw_connection()
    with raw.driver_connection.patient(statement_timeout):
        yield


def wake_after_commit(session: AsyncSession, *channels: str) -> None:
    """Whoever listens on these channels is woken once this session's transaction has committed."""
    session.info.setdefault(_CHANNELS, set()).update((channel, "") for channel in channels)


def tell_after_commit(session: AsyncSession, channel: str, about: Iterable[str]) -> None:
    """As `wake_after_commit`; the listeners are told what it is about: texts of less than 8,000 bytes each."""
    session.info.setdefault(_CHANNELS, set()).update((channel, text) for text in about)


def _is_left_over(connection: Connection) -> bool:
    return connection.is_closed() or connection.is_cancelling or connection.is_in_transaction()


def _give_back(pooled: PoolProxiedConnection) -> None:
    """A connection whose user was cancelled in a statement or a transaction is not used again."""
    if _is_left_over(_driver_of(pooled)):
        _throw_away(pooled)
    pooled.close()


def _throw_away(pooled: PoolProxiedConnection) -> None:
    """At once: to close it would wait for its server."""
    _driver_of(pooled).terminate()
    pooled.invalidate()


async def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


async def _session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.database.session() as session:
        yield session


async def _reader(request: Request) -> AsyncIterator[AsyncConnection]:
    async with request.app.state.database.reader() as connection:
        yield connection


Session = Annotated[AsyncSession, Depends(_session, scope="function")]
Reader = Annotated[AsyncConnection, Depends(_reader, scope="function")]
CurrentDatabase = Annotated[Database, Depends(_database)]
