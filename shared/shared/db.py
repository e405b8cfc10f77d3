"""The database of a service: one request, one transaction, committed before the response leaves.

FastAPI runs the end of an ordinary `yield` dependency after the response is sent, so that a failed commit would already
have been answered with 200; `scope="function"` ends it before. This is the only module that commits.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from functools import cached_property
from typing import Annotated, Any

import asyncpg
from fastapi import Depends, Request
from sqlalchemy import MetaData, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import PoolProxiedConnection, QueuePool
from sqlalchemy.util import greenlet_spawn

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


def driver_url(url: str) -> str:
    """The URL as asyncpg itself takes it."""
    return url.replace("postgresql+asyncpg://", "postgresql://", 1)


class Database:
    """A service's own database. Connections are few and short; none is held across a call to another system."""

    def __init__(self, url: str, *, pool_size: int = 10, statement_timeout: float = 30.0) -> None:
        self.url = driver_url(url)
        self._pool_size = pool_size
        self._statement_timeout = statement_timeout
        self._kept: list[PoolProxiedConnection] = []

    @cached_property
    def engine(self) -> AsyncEngine:
        engine = create_async_engine(
            self.url.replace("postgresql://", "postgresql+asyncpg://", 1),
            pool_size=self._pool_size,
            max_overflow=0,
            pool_timeout=10,
            pool_use_lifo=True,  # the connection used last has the plans of the statements
            pool_recycle=1800,
            connect_args={
                "timeout": 5,
                "command_timeout": self._statement_timeout,
                "server_settings": {"timezone": "UTC", "application_name": "helseverktoy"},
            },
        )
        event.listen(engine.sync_engine, "checkout", _replace_closed)
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
    async def session(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed when the block ends well, rolled back when it raises."""
        async with self._sessions() as session:
            try:
                yield session
            except BaseException:
                await session.rollback()
                raise
            await session.commit()
            for channel, about in session.info.get(_CHANNELS, ()):
                self.wakeups.send(channel, about)

    @asynccontextmanager
    async def reader(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reads by prebuilt Core statements; every statement sees what is committed at that moment."""
        async with self._autocommit.connect() as connection:
            yield connection

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
        finally:
            if not self._keep(pooled):
                await greenlet_spawn(_give_back, pooled)

    async def _take(self) -> PoolProxiedConnection:
        while self._kept:
            pooled = self._kept.pop()
            if not _driver_of(pooled).is_closed():
                return pooled
            await greenlet_spawn(pooled.invalidate)
        return await self.engine.raw_connection()

    def _keep(self, pooled: PoolProxiedConnection) -> bool:
        """Not one that others may wait for, nor one that a failure has left within a transaction."""
        connection = _driver_of(pooled)
        is_short = self._pool.checkedin() == 0 and self._pool.overflow() >= 0
        if is_short or len(self._kept) >= self._pool_size // 2 or connection.is_closed():
            return False
        if connection.is_in_transaction():
            return False
        self._kept.append(pooled)
        return True

    @asynccontextmanager
    async def driver_transaction(self) -> AsyncIterator[asyncpg.Connection]:
        """As `driver`, in one transaction."""
        async with self.driver() as connection, connection.transaction():
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
        async with self.driver() as connection:
            await connection.execute("SELECT 1")

    async def listen(self) -> asyncpg.Connection:
        """A connection outside the pool, for LISTEN and for locks that live as long as their holder."""
        return await asyncpg.connect(self.url, timeout=5, server_settings={"timezone": "UTC"})

    async def close(self) -> None:
        if "wakeups" in self.__dict__:
            await self.wakeups.close()
        while self._kept:
            await greenlet_spawn(_give_back, self._kept.pop())
        if "engine" in self.__dict__:
            await self.engine.dispose()


def _driver_of(pooled: PoolProxiedConnection) -> asyncpg.Connection:
    return pooled.driver_connection


def wake_after_commit(session: AsyncSession, *channels: str) -> None:
    """Whoever listens on these channels is woken once this session's transaction has committed."""
    session.info.setdefault(_CHANNELS, set()).update((channel, "") for channel in channels)


def tell_after_commit(session: AsyncSession, channel: str, about: Iterable[str]) -> None:
    """As `wake_after_commit`; the listeners are told what it is about: texts of less than 8,000 bytes each."""
    session.info.setdefault(_CHANNELS, set()).update((channel, text) for text in about)


def _replace_closed(connection: Any, _record: Any, _proxy: Any) -> None:
    """A connection that died with the server is replaced when it is taken, without a query to find out."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError()


def _give_back(pooled: PoolProxiedConnection) -> None:
    """A connection whose user was cancelled in a transaction is not used again."""
    driver_connection: Any = pooled.driver_connection
    if driver_connection.is_in_transaction():
        pooled.invalidate()
    pooled.close()


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
