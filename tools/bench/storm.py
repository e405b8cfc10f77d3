"""Notifications while the SMS gateway fails and the worker is killed at random (V3, V4)."""

import asyncio
import random
import time
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import asyncpg
import httpx

from sandbox.wiring import Wiring
from shared.connections import BATCH_STATEMENT
from shared.db import Database
from shared.events import ToolPrescribed
from shared.outbox import add_all
from tools.bench.crowd import received_by
from tools.local.processes import Processes

WORKER: Final = "notification-service/worker"
LONGEST_SECONDS: Final = 900.0
_DONE: Final = """
    SELECT count(*) FILTER (WHERE status IN ('sent', 'delivered')) AS sent,
           count(*) FILTER (WHERE status = 'failed') AS failed
    FROM notification WHERE tool_id = $1
"""
_FAULTS: Final = (
    {"mode": "error", "seconds": 3600, "probability": 0.1},
    {"mode": "slow", "seconds": 3600, "probability": 0.05, "delayMs": 500},
    {"mode": "away", "seconds": 20},
)


class Storm:
    """One thing to tell each, by SMS alone. `phones` are by national identity number."""

    def __init__(self, http: httpx.AsyncClient, wiring: Wiring, running: Processes, phones: dict[str, str]) -> None:
        self._http, self._wiring, self._running = http, wiring, running
        self._phones = phones
        self._tool = uuid4()
        self._kills = 0

    async def run(self) -> dict[str, Any]:
        """The gateway answers every tenth with 500, is slow now and then, and away for 20 s."""
        await self._http.delete(f"{self._wiring.sandbox_url}/messages")
        for fault in _FAULTS:
            await self._http.post(f"{self._wiring.sandbox_url}/faults", json={"target": "sms"} | fault)
        started, stop = time.perf_counter(), asyncio.Event()
        await self._tell()
        killing = asyncio.create_task(self._kill(stop))
        try:
            sent, failed = await self._until_done()
        finally:
            stop.set()
            await killing
            await self._http.delete(f"{self._wiring.sandbox_url}/faults")
        return {"kills": self._kills, "sent": sent, "failed": failed, **await self._outcome()} | {
            "seconds": round(time.perf_counter() - started, 1)
        }

    async def _tell(self) -> None:
        """As prescription-api does; the rest of the way is the real one."""
        now = datetime.now(UTC)
        events = [self._prescribed(self._wiring.reference_of(number), now) for number in self._phones]
        database = Database(
            self._wiring.database_urls["prescription-api"], pool_size=1, statement_timeout=BATCH_STATEMENT
        )
        try:
            async with database.session() as session:
                await add_all(session, events, now)
        finally:
            await database.close()

    def _prescribed(self, citizen: str, now: datetime) -> ToolPrescribed:
        return ToolPrescribed(
            prescription_id=uuid4(),
            citizen=citizen,
            tool_id=self._tool,
            tool_revision=1,
            prescriber_name="Lege Legesen",
            organisation="299900452",
            prescribed_at=now,
            deadline=now + timedelta(days=30),
        )

    async def _kill(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await asyncio.sleep(random.uniform(15, 30))  # noqa: S311 - no secret
            await asyncio.to_thread(self._running.kill, WORKER)
            await asyncio.to_thread(self._running.start, WORKER)
            self._kills += 1

    async def _until_done(self) -> tuple[int, int]:
        connection = await asyncpg.connect(self._wiring.database_urls["notification-service"])
        deadline = time.perf_counter() + LONGEST_SECONDS
        try:
            while sum(done := tuple(await connection.fetchrow(_DONE, self._tool))) < len(self._phones):
                if time.perf_counter() > deadline:
                    raise TimeoutError(f"{done} of {len(self._phones)}")
                await asyncio.sleep(1)
            return done
        finally:
            await connection.close()

    async def _outcome(self) -> dict[str, int]:
        """What the gateway has taken, by phone number."""
        times = await received_by(self._http, self._wiring)
        return {
            "citizens": len(self._phones),
            "reached": len(times.keys() & set(self._phones.values())),
            "twice": sum(count > 1 for count in times.values()),
        }
