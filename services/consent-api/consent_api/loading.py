"""Taking over a whole population's consent levels at once: for migrations, and for load tests."""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from typing import Final

import asyncpg

from consent_api.models import Level
from shared.db import Database

_CHUNK: Final = 20_000
_CONSENT: Final = ("citizen", "level", "version", "changed_at")


async def load(database: Database, rows: Iterable[tuple[str, Level]], now: datetime) -> int:
    """Loads (citizen reference, level) by COPY, as first versions, in one transaction. Returns how many.

    No events are sent: whoever keeps a copy must fetch it anew. Raises `asyncpg.UniqueViolationError` when a citizen is
    there already or comes twice; then nothing is loaded.
    """
    loaded, remaining = 0, iter(rows)
    async with database.driver_transaction() as connection:
        while chunk := [(citizen, level, 1, now) for citizen, level in islice(remaining, _CHUNK)]:
            await _copy(connection, chunk)
            loaded += len(chunk)
        # the planner would take a table that grew from nothing for an empty one
        await connection.execute("ANALYZE consent, consent_history")
    return loaded


async def _copy(connection: asyncpg.Connection, chunk: list[tuple[str, Level, int, datetime]]) -> None:
    """The history's `acted_by` stays empty: nobody acted here."""
    for table in ("consent", "consent_history"):
        await connection.copy_records_to_table(table, records=chunk, columns=_CONSENT)
