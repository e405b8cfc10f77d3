"""What grows and has an end: answers kept for repeated requests (7 days), proofs' ids, counts of
requests, the inbox; and gauges of what
waits.
"""

import asyncio
import contextlib
from typing import Final

import asyncpg
import structlog

from shared.connections import BATCH_STATEMENT
from shared.db import Database
from shared.messaging.dead_letters import count_waiting
from shared.metrics import Metrics

EVERY_SECONDS: Final = 15.0

# A message comes again within the retry ladder's minutes, or when an operator replays it; a projection that is rebuilt
# starts with an empty inbox. 90 days is far beyond the first two.
_EXPIRED: Final = (
    "DELETE FROM idempotent_answer WHERE created_at < now() - interval '7 days'",
    "DELETE FROM inbox WHERE handled_at < now() - interval '90 days'",
    "DELETE FROM dpop_proof WHERE expires_at < now()",
    "DELETE FROM rate_count WHERE ends_at < now()",
)
_UNSENT: Final = "SELECT count(*) FROM (SELECT 1 FROM outbox WHERE sent_at IS NULL LIMIT 100000) unsent"

_logger = structlog.get_logger(__name__)


async def keep_house(database: Database, metrics: Metrics, stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            async with database.driver() as connection:
                await _sweep(connection, metrics)
        except Exception as error:
            _logger.warning("housekeeping_failed", exc_info=error)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), EVERY_SECONDS)


async def _sweep(connection: asyncpg.Connection, metrics: Metrics) -> None:
    for sql in _EXPIRED:
        await connection.execute(sql, timeout=BATCH_STATEMENT)
    metrics.dead_letters.set(await count_waiting(connection))
    metrics.outbox_unsent.set(await connection.fetchval(_UNSENT))
