"""What a tool's being stopped and reinstated does to its prescriptions (K4, P6).

New ones are refused from the second that the copy of the tool says so (writing); those that live are stopped here, in
batches, so that a tool with hundreds of thousands of them keeps nobody waiting. When the tool is reinstated, they live
on. What is to be done can be read off the tables at any time: workers may run this beside each other and be killed.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy import DateTime, Integer, RowMapping, Text, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from prescription_api import queries
from shared import outbox
from shared.connections import BATCH_STATEMENT
from shared.db import Database
from shared.events import PrescriptionStopped
from shared.messaging.delivery import Clock

BATCH: Final = 500

# The tool is held until the batch is through: else its reinstatement could be settled before the batch has ended.
_STOP: Final = """
    WITH tool AS MATERIALIZED (
        SELECT FROM tool_copy WHERE tool_id = :tool_id AND stopped FOR SHARE
    ), live AS (
        SELECT citizen, prescription_id FROM prescription
        WHERE tool_id = :tool_id AND state IN ('active', 'opened') AND citizen > :after AND EXISTS (SELECT FROM tool)
        ORDER BY citizen LIMIT :count FOR UPDATE SKIP LOCKED
    ), stopped AS (
        UPDATE prescription p SET state = 'stopped', version = p.version + 1, changed_at = :now
        FROM live WHERE p.citizen = live.citizen AND p.prescription_id = live.prescription_id
        RETURNING p.citizen, p.prescription_id, p.version
    )
    SELECT citizen, prescription_id, version FROM stopped ORDER BY citizen
"""

# Every row is waited for: when the last batch is through, nothing is left that could come back.
_BRING_BACK: Final = f"""
    WITH gone AS MATERIALIZED (
        SELECT citizen, prescription_id FROM prescription
        WHERE tool_id = :tool_id AND state = 'stopped' AND citizen > :after
            AND EXISTS (SELECT FROM tool_copy t WHERE t.tool_id = :tool_id AND NOT t.stopped)
        ORDER BY citizen LIMIT :count FOR UPDATE
    ), back AS (
        UPDATE prescription p SET
            state = CASE WHEN p.opened_at IS NULL THEN 'active' ELSE 'opened' END,
            version = p.version + 1,
            changed_at = :now
        FROM gone
        WHERE p.citizen = gone.citizen AND p.prescription_id = gone.prescription_id
            AND NOT {queries.newer_than("p")}
    )
    SELECT citizen FROM gone ORDER BY citizen
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

_TYPES: Final = (
    bindparam("tool_id", type_=Uuid),
    bindparam("after", type_=Text),
    bindparam("count", type_=Integer),
    bindparam("now", type_=DateTime(timezone=True)),
)

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
            batch = await self._batch(sql, tool_id, last, now)
            if not batch:
                break
            last, total = batch[-1]["citizen"], total + len(batch)
        _logger.info("prescriptions_follow_their_tool", tool_id=str(tool_id), count=total)

    async def _batch(self, sql: str, tool_id: UUID, after: str, now: datetime) -> Sequence[RowMapping]:
        """Whoever's prescription stops is told of it (V1), in the same transaction."""
        async with self._database.session(statement_timeout=BATCH_STATEMENT) as session:
            names = {"tool_id": tool_id, "after": after, "count": BATCH, "now": now}
            rows = (await session.execute(text(sql).bindparams(*_TYPES), names)).mappings().all()
            if sql is _STOP:
                await self._tell(session, tool_id, rows, now)
        return rows

    async def _tell(self, session: AsyncSession, tool_id: UUID, rows: Sequence[RowMapping], now: datetime) -> None:
        allowed = await queries.find_representatives_allowed(await session.connection(), [tool_id])
        about = {"tool_id": tool_id, "representative_may_use": allowed.get(tool_id)}
        await outbox.add_all(session, [PrescriptionStopped(**row, **about, stopped_at=now) for row in rows], now)

    async def _fetch(self, sql: str, *values: Any) -> list[Any]:
        async with self._database.driver() as connection:
            rows: list[Any] = await connection.fetch(sql, *values, timeout=BATCH_STATEMENT)
            return rows
