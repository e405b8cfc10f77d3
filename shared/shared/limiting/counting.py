"""Counting in memory, and telling the other processes about each second.

The decision is made from what this process knows: what all have told, and what it has counted since. A count is told
of from a twentieth of its quota on, so that of the many who come nowhere near nothing is written at all.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Final

import structlog

from shared.db import Database
from shared.limiting.policies import Count, Policy, RateLimitExceeded, Who, note

EVERY_SECONDS: Final = 1.0
AFTER_FAILURE_SECONDS: Final = 5.0
_LONGEST_CLOSE: Final = 2.0

# in the same order everywhere, so that two processes with the same counts wait for each other in no circle
_TELL: Final = """
INSERT INTO rate_count (counter, ends_at, used)
SELECT * FROM unnest($1::bytea[], $2::timestamptz[], $3::bigint[]) told (counter, ends_at, used) ORDER BY 1, 2
ON CONFLICT (counter, ends_at) DO UPDATE SET used = rate_count.used + excluded.used
RETURNING counter, ends_at, used
"""

_logger = structlog.get_logger(__name__)


class _Window:
    __slots__ = ("begins_at", "counts", "ends_at")

    def __init__(self, policy: Policy, now: float) -> None:
        self.ends_at = policy.ends_at(now)
        self.begins_at = self.ends_at - policy.seconds
        self.counts: dict[Who, Count] = {}


class Counters:
    """One per app. `secret` keys the digests that stand for whoever is counted in the table."""

    def __init__(self, database: Database, secret: bytes, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._secret = secret[:64]  # as long as BLAKE2b's keys may be
        self._clock = clock
        self._windows: dict[Policy, _Window] = {}
        self._waiting: list[Count] = []
        self._teller: asyncio.Task[None] | None = None

    def take(self, wanted: Sequence[tuple[Policy, Who]], amount: int = 1) -> None:
        """All or nothing: what is refused is not counted. Raises RateLimitExceeded."""
        now = self._clock().timestamp()
        counted = [self._count(policy, who, now) for policy, who in wanted]
        if used_up := [count for count in counted if count.used + amount > count.policy.quota]:
            _log(used_up)
            told = list({count.policy.name: count for count in used_up}.values())  # a client's and its organisation's
            note(told, now, alone=True)
            raise RateLimitExceeded(told, now)
        for count in counted:
            count.used += amount
            if not count.waits and count.used >= count.policy.told_from:
                self._await_telling(count)
        note(counted, now)

    def _count(self, policy: Policy, who: Who, now: float) -> Count:
        window = self._windows.get(policy)
        if window is None or not window.begins_at <= now < window.ends_at:
            window = self._windows[policy] = _Window(policy, now)
        count = window.counts.get(who)
        if count is None:
            count = window.counts[who] = Count(policy, who, window.ends_at)
        return count

    def _await_telling(self, count: Count) -> None:
        count.waits = True
        self._waiting.append(count)
        if self._teller is None or self._teller.done():
            self._teller = asyncio.get_running_loop().create_task(self._tell_again())

    async def _tell_again(self) -> None:
        while self._waiting:
            await asyncio.sleep(EVERY_SECONDS)
            if not await self.tell():
                await asyncio.sleep(AFTER_FAILURE_SECONDS)

    async def tell(self) -> bool:
        """What waits is told, and what the others have counted is heard. Whether the database took it: while it does
        not, each process goes on by what it knows.
        """
        waiting, self._waiting = self._waiting, []
        now = self._clock().timestamp()
        batch = {self._digest(count): count for count in waiting if count.ends_at > now}
        if not batch:
            return True
        try:
            await self._exchange(batch)
        except Exception as error:
            _logger.warning("rate_counts_not_told", counts=len(batch), exc_info=error)
            self._waiting += batch.values()
            return False
        return True

    async def _exchange(self, batch: Mapping[bytes, Count]) -> None:
        ends = [datetime.fromtimestamp(count.ends_at, UTC) for count in batch.values()]
        sent = [count.used for count in batch.values()]
        differences = [count.used - count.heard for count in batch.values()]
        async with self._database.driver() as connection:
            rows = await connection.fetch(_TELL, list(batch), ends, differences)
        total = {row["counter"]: row["used"] for row in rows}
        for (digest, count), used in zip(batch.items(), sent, strict=True):
            count.used += total[digest] - used
            count.heard = total[digest]
            count.waits = False

    def _digest(self, count: Count) -> bytes:
        text = "\0".join((count.policy.name, *count.who))
        return blake2b(text.encode(), key=self._secret, digest_size=16).digest()

    async def close(self) -> None:
        """Tells all that was counted, little as it may be: an orderly restart forgets nothing. Call it before the
        database is closed.
        """
        if self._teller:
            self._teller.cancel()
            await asyncio.wait({self._teller})
        windows = self._windows.values()
        self._waiting = [count for window in windows for count in window.counts.values() if count.used > count.heard]
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.tell(), _LONGEST_CLOSE)


def _log(used_up: Sequence[Count]) -> None:
    """Once in a window: for whoever wants to know who it was."""
    for count in used_up:
        if not count.reached:
            count.reached = True
            _logger.warning("limit_reached", limit=count.policy.name, quota=count.policy.quota, who=count.who)
