"""What a tool's being stopped and reinstated does to its prescriptions (K4, P6).

New ones are refused from the second that the copy of the tool says so (writing); those that live are stopped here, in
batches, so that a tool with hundreds of thousands of them keeps nobody waiting. When the tool is reinstated, they live
on. What is to be done can be read off the tables at any time: workers may run this beside each other and be killed.
"""

import asyncio
import contextlib
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import structlog

from prescription_api import queries
from shared.connections import BATCH_STATEMENT
from shared.db import Database
from shared.messaging.delivery import Clock

BATCH: Final = 500

# The tool is held until the batch is through: else its reinstatement could be settled before the batch has ended.
_STOP: Final = """
    WITH tool AS MATERIALIZED (
        SELECT FROM tool_copy WHERE tool_id = $1 AND stopped FOR SHARE
    ), live AS (
        SELECT citizen, prescription_id FROM prescription
        WHERE tool_id = $1 AND state IN ('active', 'opened') AND citizen > $2 AND EXISTS (SELECT FROM tool)
        ORDER BY citizen LIMIT $3 FOR UPDATE SKIP LOCKED
    ), stopped AS (
        UPDATE prescription p SET state = 'stopped', version = p.version + 1, changed_at = $4
        FROM live WHERE p.citizen = live.citizen AND p.prescription_id = live.prescription_id
    )
    SELECT count(*) AS count, max(citizen) AS last FROM live
"""

# Every row is waited for: when the last batch is through, nothing is left that could come back.
_BRING_BACK: Final = f"""
    WITH gone AS MATERIALIZED (
        SELECT citizen, prescription_id FROM prescription
        WHERE tool_id = $1 AND state = 'stopped' AND citizen > $2
            AND EXISTS (SELECT FROM tool_copy t WHERE t.tool_id = $1 AND NOT t.stopped)
        ORDER BY citizen LIMIT $3 FOR UPDATE
    ), back AS (
        UPDATE prescription p SET
            state = CASE WHEN p.opened_at IS NULL THEN 'active' ELSE 'opened' END,
            version = p.version + 1,
            changed_at = $4
        FROM gone
        WHERE p.citizen = gone.citizen AND p.prescription_id = gone.prescription_id
            AND NOT {queries.newer_than("p")}
    )
    SELECT count(*) AS count, max(citizen) AS last FROM gone
"""  # noqa: S608 - put together from constants

_TO_STOP: Final = """
    SELECT tool_id FROM tool_copy t
    WHERE stopped AND EXISTS (
        SELECT FROM prescription p WHERE p.tool_id = t.tool_id AND p.state IN ('active', 'opened')
    )
"""
_TO_BRING_BACK: Final = """
    SELECT tool_id, sequence FROM tool_copy t
    WHERE NOT stopped AND settled_sequence IS DISTINCT FROM sequence AND EXISTS (
        SELECT FROM prescription p WHERE p.tool_id = t.tool_id AND p.state = 'stopped'
    )
"""
_SETTLED: Final = "UPDATE tool_copy SET settled_sequence = $2 WHERE tool_id = $1 AND sequence = $2"

_logger = structlog.get_logger(__name__)


class Stops:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def run(self, stop: asyncio.Event, seconds: float) -> None:
        while not stop.is_set():
            await self.follow(self._clock())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), seconds)

    async def follow(self, now: datetime) -> None:
        """Everything that stopped and reinstated tools ask for."""
        for row in await self._fetch(_TO_STOP):
            await self._go_through(_STOP, row["tool_id"], now)
        for row in await self._fetch(_TO_BRING_BACK):
            await self._go_through(_BRING_BACK, row["tool_id"], now)
            await self._fetch(_SETTLED, row["tool_id"], row["sequence"])

    async def _go_through(self, sql: str, tool_id: UUID, now: datetime) -> None:
        """In the order of citizens, each batch a transaction of its own."""
        last, total = "", 0
        while True:
            [batch] = await self._fetch(sql, tool_id, last, BATCH, now)
            if not batch["count"]:
                break
            last, total = batch["last"], total + batch["count"]
        _logger.info("prescriptions_follow_their_tool", tool_id=str(tool_id), count=total)

    async def _fetch(self, sql: str, *values: Any) -> list[Any]:
        async with self._database.driver() as connection:
            rows: list[Any] = await connection.fetch(sql, *values, timeout=BATCH_STATEMENT)
            return rows
