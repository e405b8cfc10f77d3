"""Writing the access log, in the statement that answers: nobody is answered about without a trace.

A call has one row. Whom it was about has one each, in the order of citizens, and a thousand of those cost several times
what finding the thousand does. So those of a large call wait in one row of their own, written by the same statement,
until the worker sorts them in. Readers look in both places.
"""

import asyncio
import contextlib
import time
from collections.abc import Collection, Sequence
from typing import Any, Final

import asyncpg

from consent_api.access_log.models import Call
from shared.connections import BATCH_STATEMENT
from shared.db import Database

FEW: Final = 20
EVERY_SECONDS: Final = 1.0
# calls that are sorted in by one transaction: usually, and by who has not kept up for so many seconds
AT_ONCE: Final = 1
AT_ONCE_WHEN_BEHIND: Final = 50
BEHIND_AFTER: Final = 10.0
RESTS: Final = 3.0

_CALL: Final = """
    WITH call AS (
        INSERT INTO access_call (
            at, kind, about, organisation, client_id, source_system, actor, represented, relation, act, allowed
        ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING call_id
    ), logged AS (
"""
_FEW: Final = """
        INSERT INTO access_entry (citizen, at, call_id)
        SELECT concerned.citizen, $1, call.call_id FROM unnest($12::text[]) AS concerned (citizen), call
    )
"""
_MANY: Final = """
        INSERT INTO access_waiting (call_id, at, citizens) SELECT call.call_id, $1, $12::text[] FROM call
    )
"""
_SORT_IN: Final = """
    WITH taken AS (
        DELETE FROM access_waiting WHERE call_id IN (
            SELECT call_id FROM access_waiting ORDER BY call_id LIMIT $1 FOR UPDATE SKIP LOCKED
        ) RETURNING call_id, at, citizens
    ), entered AS (
        INSERT INTO access_entry (citizen, at, call_id)
        SELECT citizen, at, call_id FROM taken, unnest(citizens) AS concerned (citizen) ORDER BY citizen
    )
    SELECT count(*) FROM taken
"""


class Logged:
    """A statement that writes the log as well. Its first eleven parameters are a call's, the twelfth the citizens."""

    def __init__(self, statement: str) -> None:
        self._few = _CALL + _FEW + statement
        self._many = _CALL + _MANY + statement

    async def fetch(
        self, connection: asyncpg.Connection, call: Call, citizens: Collection[str], *values: object
    ) -> list[asyncpg.Record]:
        """`citizens` without doubles."""
        statement = self._few if len(citizens) <= FEW else self._many
        rows: list[asyncpg.Record] = await connection.fetch(statement, *_values_of(call), list(citizens), *values)
        return rows


def _values_of(call: Call) -> Sequence[Any]:
    return (
        call.at,
        call.kind,
        call.about,
        call.organisation,
        call.client_id,
        call.source_system,
        call.actor,
        call.represented,
        call.relation,
        call.act,
        call.allowed,
    )


_WRITE: Final = Logged("SELECT 1")


async def write(connection: asyncpg.Connection, call: Call, citizens: Collection[str]) -> None:
    """`citizens` without doubles."""
    await _WRITE.fetch(connection, call, citizens)


async def sort_in(database: Database, at_once: int = AT_ONCE_WHEN_BEHIND) -> int:
    """Moves what waits to its place, in one transaction. Returns how many calls it was, at most `at_once`."""
    async with database.driver_transaction(statement_timeout=BATCH_STATEMENT) as connection:
        # after a power loss they would wait again: nobody needs to wait for the disk
        await connection.execute("SET LOCAL synchronous_commit = off")
        moved: int = await connection.fetchval(_SORT_IN, at_once)
        return moved


def pace(behind: float) -> tuple[int, float]:
    """How many calls at once, and how many times as long as that took to rest afterwards, for one who has not found
    everything sorted for so many seconds.
    """
    return (AT_ONCE, RESTS) if behind <= BEHIND_AFTER else (AT_ONCE_WHEN_BEHIND, 0.0)


async def keep_sorted(database: Database, stop: asyncio.Event) -> None:
    """A job of the worker. Gentle, because whoever asks meanwhile is answered by the same processors."""
    kept_up = time.monotonic()
    while not stop.is_set():
        begun = time.monotonic()
        at_once, rests = pace(begun - kept_up)
        if await sort_in(database, at_once):
            pause = rests * (time.monotonic() - begun)
        else:
            kept_up, pause = begun, EVERY_SECONDS
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)
