"""The months of the access log: made in good time, dropped when the youngest entry in them is five years old (P13).

Making or dropping one needs the table for itself for some milliseconds; a lock that does not come at once is given up,
so that nobody who is asked has to wait behind it.
"""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime
from typing import Final

import asyncpg
import structlog

from shared.db import Database

EVERY_SECONDS: Final = 86_400.0
AGAIN_SECONDS: Final = 60.0
# "accesslog" in ASCII, cut to what fits
_LOCK: Final = 0x6163636573736C

_logger = structlog.get_logger(__name__)


async def keep_months(database: Database, clock: Callable[[], datetime], stop: asyncio.Event) -> None:
    """A job of the worker: once a day; after a minute when the table was busy."""
    while not stop.is_set():
        pause = EVERY_SECONDS
        try:
            if dropped := await tidy(database, clock()):
                _logger.info("access_log_months_dropped", count=dropped)
        except asyncpg.LockNotAvailableError:
            pause = AGAIN_SECONDS
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)


async def tidy(database: Database, now: datetime) -> int:
    """Returns how many tables were dropped. One worker at a time; the others have nothing left to do.

    Raises asyncpg.LockNotAvailableError when the log is busy, and then nothing is changed.
    """
    async with database.driver_transaction() as connection:
        if not await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", _LOCK):
            return 0
        await connection.execute("SET LOCAL lock_timeout = '100ms'")
        await connection.execute("SELECT make_access_log_months($1)", now)
        dropped: int = await connection.fetchval("SELECT drop_access_log_months($1)", now)
        return dropped
