"""Each proof once: the register of used proofs, shared by all replicas through the service's database."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

import asyncpg

from shared.auth.errors import ProofCheckUnavailable
from shared.db import Database
from shared.outages import is_outage

SWEEP_SECONDS: Final = 10
SWEEP_ROWS: Final = 5_000
_LONGEST_CLOSE: Final = 2.0  # seconds
SKEW_SECONDS: Final = 5  # a client's clock may be this much ahead of ours
CLOCKS_SECONDS: Final = 5  # two replicas' clocks, or one's and the database's, may be this far apart

_CLAIM: Final = """
WITH fresh AS (
    INSERT INTO dpop_proof (jkt_jti, expires_at)
    SELECT * FROM unnest($1::bytea[], $2::timestamptz[])
    ON CONFLICT DO NOTHING
    RETURNING jkt_jti
)
SELECT array_agg(jkt_jti) AS fresh,
       (SELECT CASE WHEN is_called THEN last_value / 1000.0 END FROM dpop_proof_opened)::float8 AS opened_at
FROM fresh
"""
_OPEN: Final = """
SELECT setval('dpop_proof_opened', (extract(epoch FROM clock_timestamp()) * 1000)::bigint) / 1000.0::float8
"""
_SWEEP: Final = """
DELETE FROM dpop_proof
WHERE ctid = ANY(ARRAY(SELECT ctid FROM dpop_proof WHERE expires_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))
"""


class ReplayStore(Protocol):
    async def first_use(self, digest: bytes, issued_at: float, expires_at: float) -> bool:
        """Whether nobody has used this proof before. Times are in seconds since 1970; it is kept until it expires.

        Raises `ProofCheckUnavailable` when that cannot be found out.
        """
        ...

    async def close(self) -> None: ...


@dataclass(slots=True)
class _Use:
    issued_at: float
    expires_at: float
    answer: asyncio.Future[bool]


class PostgresReplayStore:
    """Used proofs as rows; a unique key decides who was first.

    This is on the way of every request, so requests that come while one statement is under way gather for the next one.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._gathered: dict[bytes, _Use] = {}
        self._writer: asyncio.Task[None] | None = None
        self._sweep_from = 0.0

    async def first_use(self, digest: bytes, issued_at: float, expires_at: float) -> bool:
        if digest in self._gathered:
            return False
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._gathered[digest] = _Use(issued_at, expires_at, answer)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        return await answer

    async def close(self) -> None:
        """Call it before the database is closed: the writer may still be giving its connection back."""
        if self._writer:
            await asyncio.wait({self._writer}, timeout=_LONGEST_CLOSE)
            self._writer.cancel()

    async def _write(self) -> None:
        while self._gathered:
            try:
                async with self._database.driver() as connection:
                    while self._gathered:
                        await self._write_batch(connection)
            except Exception as error:
                _fail(self._take(), error)

    def _take(self) -> dict[bytes, _Use]:
        batch, self._gathered = self._gathered, {}
        return batch

    async def _write_batch(self, connection: asyncpg.Connection) -> None:
        batch = self._take()
        try:
            # in the same order everywhere, so that two replicas with the same proofs wait for each other in no circle
            digests = sorted(batch)
            expiries = [datetime.fromtimestamp(batch[digest].expires_at, UTC) for digest in digests]
            row = await connection.fetchrow(_CLAIM, digests, expiries)
            opened_at = row["opened_at"] or await connection.fetchval(_OPEN)
        except BaseException as error:
            _fail(batch, error)
            raise
        _answer(batch, frozenset(row["fresh"] or ()), opened_at)
        await self._sweep(connection, batch)

    async def _sweep(self, connection: asyncpg.Connection, batch: dict[bytes, _Use]) -> None:
        """Deletes some of the expired rows now and then; again at once when there were more than one turn takes."""
        now = max(use.issued_at for use in batch.values()) - SKEW_SECONDS  # it is at least this late
        if now >= self._sweep_from:
            status = await connection.execute(_SWEEP, datetime.fromtimestamp(now, UTC), SWEEP_ROWS)
            if status != f"DELETE {SWEEP_ROWS}":
                self._sweep_from = now + SWEEP_SECONDS


def _answer(batch: dict[bytes, _Use], fresh: frozenset[bytes], opened_at: float) -> None:
    for digest, use in batch.items():
        if use.answer.done():
            continue  # its request was given up meanwhile
        if use.issued_at <= opened_at + SKEW_SECONDS + CLOCKS_SECONDS:
            use.answer.set_exception(ProofCheckUnavailable(retry_after=2 * SKEW_SECONDS + CLOCKS_SECONDS))
        else:
            use.answer.set_result(digest in fresh)


def _fail(batch: dict[bytes, _Use], error: BaseException) -> None:
    for use in batch.values():
        if not use.answer.done():
            use.answer.set_exception(_explained(error))


def _explained(error: BaseException) -> BaseException:
    if isinstance(error, asyncio.CancelledError) or is_outage(error):
        return ProofCheckUnavailable(retry_after=2)
    return error
