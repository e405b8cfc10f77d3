"""Taking over what was decided elsewhere: a whole population's consent levels, what the register says of it, and who
is assigned to act for those who cannot decide themselves.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Final, TypeVar

import asyncpg

from consent_api.areas import Area, Level
from consent_api.persons.models import PersonCopy
from consent_api.representation.service import Agreement, give
from shared.connections import BATCH_STATEMENT
from shared.db import Database
from shared.norway import day_in_norway

Row = TypeVar("Row", bound=tuple[object, ...])

_CHUNK: Final = 20_000
_CONSENT: Final = ("citizen", "level", "version", "changed_at")
_PERSON: Final = ("citizen", "status", "confidential", "born", "next_turn", "checked_at")


async def load(database: Database, rows: Iterable[tuple[str, Level]], now: datetime) -> int:
    """Loads (citizen reference, level) by COPY, as first versions, in one transaction. Returns how many.

    No events are sent: whoever keeps a copy hears of it by the change feed. Raises `asyncpg.UniqueViolationError` when
    a citizen is there already or comes twice; then nothing is loaded.
    """
    loaded = 0
    async with database.driver_transaction(statement_timeout=BATCH_STATEMENT) as connection:
        for chunk in _chunks((citizen, level, 1, now) for citizen, level in rows):
            await _copy(connection, chunk)
            loaded += len(chunk)
        # the planner would take a table that grew from nothing for an empty one
        await connection.execute("ANALYZE consent, consent_history, known_citizen")
    return loaded


async def load_persons(database: Database, people: Iterable[PersonCopy], parents: Iterable[tuple[str, str]]) -> None:
    """Loads what the register says, so that it need not be asked about each at first: persons, and the pairs of child
    and parent among them. Raises `asyncpg.UniqueViolationError` as `load` does.
    """
    async with database.driver_transaction(statement_timeout=BATCH_STATEMENT) as connection:
        for chunk in _chunks(_person(person) for person in people):
            await connection.copy_records_to_table("person", records=chunk, columns=_PERSON)
        now = await connection.fetchval("SELECT now()")
        for pairs in _chunks((child, parent, True, 1, now) for child, parent in parents):
            await connection.copy_records_to_table("parent", records=pairs)
        await connection.execute("ANALYZE person, parent, known_citizen")


def _person(person: PersonCopy) -> tuple[object, ...]:
    today = day_in_norway(person.checked_at)
    return (
        person.citizen,
        person.status,
        person.confidential,
        person.born,
        person.next_turn(today),
        person.checked_at,
    )


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    remaining = iter(rows)
    while chunk := list(islice(remaining, _CHUNK)):
        yield chunk


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
    named = [(citizen, changed_at) for citizen, _, _, changed_at in chunk]
    await connection.copy_records_to_table("standing_change", records=named, columns=("citizen", "changed_at"))
