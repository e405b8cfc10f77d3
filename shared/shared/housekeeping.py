"""What grows and has an end is purged as the rules say (shared.retention); and gauges of what waits.

In batches, each a short transaction of its own. A table that fails is left for the next turn, and the others are not.
"""

import asyncio
import contextlib
from collections.abc import Awaitable
from typing import Final

import asyncpg
import structlog

from shared.connections import BATCH_STATEMENT
from shared.db import Database
from shared.messaging.dead_letters import count_waiting
from shared.metrics import Metrics
from shared.retention import SHARED, Kept, Months, Purged, Rule, Rules

EVERY_SECONDS: Final = 15.0
BATCH: Final = 1_000  # rows in one transaction
BATCHES: Final = 50  # of one table in a turn

# ORDER BY the indexed column, so that whoever has nothing to delete has read no more than the oldest row
_BATCH: Final = """
    DELETE FROM {table} WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM {table} WHERE {column} < now() - interval '{after}' AND {only}
        ORDER BY {column} LIMIT {batch} FOR UPDATE SKIP LOCKED
    ))
"""
_OVER: Final = """
    SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = $1::text::regclass AND relname ~ '_[0-9]{4}_[0-9]{2}$'
      AND (to_date(right(relname, 7), 'YYYY_MM')::timestamp + interval '1 month') AT TIME ZONE 'UTC'
          < now() - $2::text::interval
    ORDER BY relname
"""
_UNSENT: Final = "SELECT count(*) FROM (SELECT 1 FROM outbox WHERE sent_at IS NULL LIMIT 100000) unsent"

_logger = structlog.get_logger(__name__)


async def keep_house(database: Database, metrics: Metrics, stop: asyncio.Event, rules: Rules = SHARED) -> None:
    while not stop.is_set():
        for table, rule in rules.items():
            await _tried(table, metrics, _purge(database, metrics, table, rule))
        await _tried("gauges", metrics, _measure(database, metrics))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), EVERY_SECONDS)


async def _tried(what: str, metrics: Metrics, work: Awaitable[None]) -> None:
    try:
        await work
    except Exception as error:
        metrics.housekeeping_failures.labels(what).inc()
        _logger.warning("housekeeping_failed", what=what, exc_info=error)


async def _measure(database: Database, metrics: Metrics) -> None:
    async with database.driver() as connection:
        metrics.dead_letters.set(await count_waiting(connection))
        metrics.outbox_unsent.set(await connection.fetchval(_UNSENT))


async def _purge(database: Database, metrics: Metrics, table: str, rule: Rule) -> None:
    match rule:
        case Kept():
            return
        case Purged():
            await _purge_rows(database, metrics, table, rule)
        case Months():
            await _drop_months(database, table, rule)
            rest = Purged(rule.column, rule.after, f"NOT ({rule.unless})")
            await _purge_rows(database, metrics, f"{table}_default", rest)


async def _purge_rows(database: Database, metrics: Metrics, table: str, rule: Purged) -> None:
    sql = batch_of(table, rule)
    async with database.driver() as connection:
        for _ in range(BATCHES):
            count = int((await connection.execute(sql, timeout=BATCH_STATEMENT)).removeprefix("DELETE "))
            metrics.rows_purged.labels(table).inc(count)
            if count < BATCH:
                return


def batch_of(table: str, rule: Purged) -> str:
    return _BATCH.format(table=table, column=rule.column, after=rule.after, only=rule.only, batch=BATCH)


async def _drop_months(database: Database, table: str, rule: Months) -> None:
    async with database.driver() as connection:
        over = [row["relname"] for row in await connection.fetch(_OVER, table, rule.after)]
    for month in over:
        try:
            async with database.driver_transaction() as connection:
                dropped = await connection.fetchval(f"SELECT {rule.drop}($1)", month)
        except asyncpg.LockNotAvailableError:
            return  # nobody waits behind us: the next turn tries again
        if dropped:
            _logger.info("partition_dropped", partition=month)
