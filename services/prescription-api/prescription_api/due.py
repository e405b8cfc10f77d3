"""What time does to prescriptions that nobody opens: reminders that the deadline approaches, and at last the end (P7).

A batch is one transaction with its events, and takes only rows that no other transaction holds. So workers may run this
beside each other, one may be killed at any point, and what has waited while none ran is caught up with.
"""

import asyncio
import contextlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import structlog
from sqlalchemy import RowMapping, bindparam, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from prescription_api import queries
from prescription_api.deadlines import days_left, expires_at, next_due
from prescription_api.models import prescription
from shared import outbox
from shared.db import Database
from shared.events import DeadlineApproaching, PrescriptionExpired
from shared.messaging.delivery import Clock

BATCH: Final = 200

_ID: Final = tuple_(prescription.c.citizen, prescription.c.prescription_id)
_PLAN: Final = (
    update(prescription)
    .where(prescription.c.citizen == bindparam("its_citizen"), prescription.c.prescription_id == bindparam("its_id"))
    .values(due_at=bindparam("its_due_at"))
)

_logger = structlog.get_logger(__name__)


class Deadlines:
    """`reminder_days` are days before the deadline."""

    def __init__(self, database: Database, reminder_days: Sequence[int], clock: Clock) -> None:
        self._database = database
        self._reminder_days = reminder_days
        self._clock = clock

    async def run(self, stop: asyncio.Event, seconds: float) -> None:
        while not stop.is_set():
            handled = await self.handle_batch(self._clock())
            if handled < BATCH:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), seconds)

    async def handle_batch(self, now: datetime) -> int:
        """How many prescriptions something was due for."""
        async with self._database.session() as session:
            due = await queries.take_due(session, now, BATCH)
            over = [row for row in due if expires_at(row["deadline"]) <= now]
            await self._expire(session, over, now)
            await self._remind(session, [row for row in due if expires_at(row["deadline"]) > now], now)
        if over:
            _logger.info("prescriptions_expired", count=len(over))
        return len(due)

    async def _expire(self, session: AsyncSession, rows: Sequence[RowMapping], now: datetime) -> None:
        ids = [(row["citizen"], row["prescription_id"]) for row in rows]
        values = {"state": "expired", "version": prescription.c.version + 1, "changed_at": now}
        await session.execute(update(prescription).where(_ID.in_(ids)).values(values))
        events = [PrescriptionExpired(**_about(row, row["version"] + 1), expired_at=now) for row in rows]
        await outbox.add_all(session, events, now)

    async def _remind(self, session: AsyncSession, rows: Sequence[RowMapping], now: datetime) -> None:
        """A row without a plan was written by an older version: it only gets one."""
        if rows:
            await session.execute(_PLAN, list(self._plans(rows, now)))
        reminded = [row for row in rows if row["due_at"] is not None]
        tool_ids = {row["tool_id"] for row in reminded}
        allowed = await queries.find_representatives_allowed(await session.connection(), list(tool_ids))
        events = [
            DeadlineApproaching(
                **_about(row, row["version"]),
                representative_may_use=allowed.get(row["tool_id"]),
                deadline=row["deadline"],
                days_left=days_left(row["deadline"], now),
            )
            for row in reminded
        ]
        await outbox.add_all(session, events, now)

    def _plans(self, rows: Iterable[RowMapping], now: datetime) -> Iterable[dict[str, Any]]:
        for row in rows:
            due_at = next_due(row["prescribed_at"], row["deadline"], self._reminder_days, now)
            yield {"its_citizen": row["citizen"], "its_id": row["prescription_id"], "its_due_at": due_at}


def _about(row: RowMapping, version: int) -> dict[str, Any]:
    return {name: row[name] for name in ("prescription_id", "citizen", "tool_id")} | {"version": version}
