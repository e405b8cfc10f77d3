"""From the commit of a prescription to its entry in the citizen's feed, seen from outside in the two databases."""

import asyncio
import statistics
import time
from datetime import UTC, datetime
from typing import Any

import asyncpg

from sandbox.wiring import Wiring

# Often enough for milliseconds, seldom enough to leave the processors to what is measured
POLL_SECONDS = 0.004
LOOK_BACK_SECONDS = 1.5

# The outbox row's time is that of its statement's start: a little before the commit, so the lag is not flattered.
_COMMITTED = """
    SELECT payload #>> '{data,prescriptionId}' AS id, extract(epoch FROM created_at)::float8 AS at FROM outbox
    WHERE name = 'prescription.tool-prescribed.v1' AND created_at >= to_timestamp($1)
"""
_SEEN = """
    SELECT prescription_id::text AS id FROM feed_event WHERE kind = 'tool-prescribed' AND occurred_at >= $1
"""


class FeedWatch:
    """Notes when each prescription is first seen in the feed: `seen` is by prescription, in seconds since 1970."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self.seen: dict[str, float] = {}
        self._started = time.time()

    async def watch(self, stop: asyncio.Event) -> None:
        connection = await asyncpg.connect(self._wiring.database_urls["helsetilbud-api"])
        try:
            # only the measurement looks for entries by time
            await connection.execute("CREATE INDEX ON feed_event (occurred_at)")
            while not stop.is_set():
                since = max(self._started, time.time() - LOOK_BACK_SECONDS)
                rows = await connection.fetch(_SEEN, datetime.fromtimestamp(since, UTC))
                now = time.time()
                for row in rows:
                    self.seen.setdefault(row["id"], now)
                await asyncio.sleep(POLL_SECONDS)
        finally:
            await connection.close()

    async def figures(self) -> dict[str, Any]:
        connection = await asyncpg.connect(self._wiring.database_urls["prescription-api"])
        try:
            committed = {row["id"]: row["at"] for row in await connection.fetch(_COMMITTED, self._started)}
        finally:
            await connection.close()
        lags = sorted((self.seen[i] - at) * 1000 for i, at in committed.items() if i in self.seen)
        if len(lags) < 2:
            return {"events": len(lags), "missing": len(committed) - len(lags)}
        cuts = statistics.quantiles(lags, n=100, method="inclusive")
        return {
            "events": len(lags),
            "missing": len(committed) - len(lags),
            "p50Ms": round(cuts[49], 2),
            "p95Ms": round(cuts[94], 2),
            "p99Ms": round(cuts[98], 2),
        }
