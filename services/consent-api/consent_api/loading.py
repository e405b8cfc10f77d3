"""Taking over what was decided elsewhere: a whole population's consent levels, what the register says of it, and who
is assigned to act for those who cannot decide themselves.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from itertools import islice
from typing import Final

import asyncpg

from consent_api.ages import day_in_norway
from consent_api.areas import Area, Level
from consent_api.representation.service import Agreement, give
from shared.db import Database

_CHUNK: Final = 20_000
_CONSENT: Final = ("citizen", "level", "version", "changed_at")
_PERSON: Final = ("citizen", "status", "confidential", "checked_at")


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


async def load_persons(database: Database, citizens: Iterable[str], now: datetime) -> int:
    """Loads these as living grown-ups without protection, so that the register need not be asked about each at first.

    Returns how many. Raises `asyncpg.UniqueViolationError` as `load` does.
    """
    loaded, remaining = 0, iter(citizens)
    async with database.driver_transaction() as connection:
        while chunk := [(citizen, "living", False, now) for citizen in islice(remaining, _CHUNK)]:
            await connection.copy_records_to_table("person", records=chunk, columns=_PERSON)
            loaded += len(chunk)
        await connection.execute("ANALYZE person")
    return loaded


async def assign_powers(
    database: Database, powers: Iterable[tuple[Agreement, Collection[Area], date]], now: datetime
) -> None:
    """From today to the last day. The two people must have been asked about in the register before. Others are told.

    Raises RepresentationExists, and then none is assigned.
    """
    async with database.session() as session:
        for agreed, areas, last in powers:
            await give(session, agreed, areas, (day_in_norway(now), last), now, assigned=True)


async def _copy(connection: asyncpg.Connection, chunk: list[tuple[str, Level, int, datetime]]) -> None:
    """The history's `acted_by` stays empty: nobody acted here."""
    for table in ("consent", "consent_history"):
        await connection.copy_records_to_table(table, records=chunk, columns=_CONSENT)
