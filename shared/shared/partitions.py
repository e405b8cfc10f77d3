"""Tables by the month or the quarter: made in good time, and dropped when their time is over.

Which are made and dropped is for two functions in the service's database, because its migrations need them as well.
Making or dropping one needs the table for itself for some milliseconds; a lock that does not come at once is given up,
so that nobody who reads or writes has to wait behind it.
"""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime
from typing import Final

import asyncpg
import structlog

from shared.connections import BATCH_STATEMENT
from shared.db import Database
from shared.messaging.delivery import utc_now

EVERY_SECONDS: Final = 86_400.0
AGAIN_SECONDS: Final = 60.0
# "accesslog" in ASCII, cut to what fits: the first table that was kept so
LOCK: Final = 0x6163636573736C

_logger = structlog.get_logger(__name__)


class PartitionKeeper:
    """`make` and `drop` name the functions, which take the time; `drop` returns how many tables it dropped."""

    def __init__(self, database: Database, *, make: str, drop: str, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._make, self._drop = f"SELECT {make}($1)", f"SELECT {drop}($1)"
        self._clock = clock

    async def run(self, stop: asyncio.Event) -> None:
        """A job of the worker: once a day; after a minute when the table was busy."""
        while not stop.is_set():
            pause = EVERY_SECONDS
            try:
                if dropped := await self.keep(self._clock()):
                    _logger.info("partitions_dropped", by=self._drop, count=dropped)
            except asyncpg.LockNotAvailableError:
                pause = AGAIN_SECONDS
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)

    async def keep(self, now: datetime) -> int:
        """Returns how many tables were dropped. One worker at a time; the others have nothing left to do.

        Raises asyncpg.LockNotAvailableError when the table is busy, and then nothing is changed.
        """
        async with self._database.driver_transaction(statement_timeout=BATCH_STATEMENT) as connection:
            if not await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", LOCK):
                return 0
            await connection.execute("SET LOCAL lock_timeout = '100ms'")
            await connection.execute(self._make, now)
            dropped: int = await connection.fetchval(self._drop, now)
            return dropped
