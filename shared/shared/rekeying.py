"""Moves all that a service has stored from replaced citizen reference keys to the current one (decision 0041).

    DATABASE_URL=... CITIZEN_REFERENCE_KEYS=... CITIZEN_REFERENCE_KEY_ID=k2 python -m shared.rekeying

While the service stands still. Which columns hold references is not written down anywhere: every text and every
document of every table is searched, so none can be forgotten. What has been moved is found no more, so it goes on where
it was stopped, and the second time does nothing.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import asyncpg

from shared.citizenref import CitizenReferences
from shared.connections import CONNECT, driver_url

PAGES_AT_ONCE: Final = 256  # of a table, of 8 kB each: about 20,000 rows, in a transaction
STATEMENT_TIMEOUT: Final = 3_600.0  # seconds; also for a second run that waits for the first
_LOCK: Final = 0x72656B6579  # "rekey" in ASCII

# partitions, and not what they are parts of
_COLUMNS: Final = """
SELECT c.oid::regclass::text AS "table", array_agg(quote_ident(a.attname) ORDER BY a.attnum) AS columns,
       array_agg(format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum) AS types
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
  AND a.attgenerated = '' AND a.atttypid IN ('text'::regtype, 'varchar'::regtype, 'text[]'::regtype, 'json'::regtype,
                                             'jsonb'::regtype)
GROUP BY c.oid ORDER BY 1
"""
_PAGES: Final = "SELECT pg_relation_size($1::text::regclass) / current_setting('block_size')::int + 1"


@dataclass(frozen=True, slots=True)
class Table:
    """`columns` are those that can hold a reference, quoted as SQL needs it."""

    name: str
    columns: Sequence[str]
    types: Sequence[str]

    def found(self, pages: range) -> str:
        """$1 is the pattern of a reference that is to be moved."""
        held = " OR ".join(f"{column}::text ~ $1" for column in self.columns)
        texts = ", ".join(f"{column}::text" for column in self.columns)
        place = f"ctid >= '({pages.start},0)' AND ctid < '({pages.stop},0)'"
        return f"SELECT ctid, {texts} FROM {self.name} WHERE {place} AND ({held}) FOR UPDATE"  # noqa: S608 - of the catalog

    @property
    def changed(self) -> str:
        """$1 is the row's place, the others are its texts."""
        of = enumerate(zip(self.columns, self.types, strict=True), 2)
        changes = ", ".join(f"{column} = ${number}::text::{kind}" for number, (column, kind) in of)
        return f"UPDATE {self.name} SET {changes} WHERE ctid = $1"  # noqa: S608 - of the catalog


async def tables(connection: asyncpg.Connection) -> list[Table]:
    return [Table(row["table"], row["columns"], row["types"]) for row in await connection.fetch(_COLUMNS)]


async def rekey(connection: asyncpg.Connection, references: CitizenReferences) -> AsyncIterator[tuple[str, int]]:
    """Table by table, with how many rows were moved. One run at a time; a second waits for the first."""
    await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
    for table in await tables(connection):
        pages, moved = await connection.fetchval(_PAGES, table.name), 0
        for first in range(0, pages, PAGES_AT_ONCE):
            moved += await _move(connection, table, range(first, first + PAGES_AT_ONCE), references)
        if moved:
            yield table.name, moved


async def _move(connection: asyncpg.Connection, table: Table, pages: range, references: CitizenReferences) -> int:
    """What a log may only be added to is moved too: the triggers that refuse it, and those that keep copies, which are
    moved by themselves, stand aside in this transaction.
    """
    async with connection.transaction():
        rows = await connection.fetch(table.found(pages), references.older)
        if rows:
            await connection.execute(f"ALTER TABLE {table.name} DISABLE TRIGGER USER")
            await connection.executemany(table.changed, [_renewed(row, references) for row in rows])
            await connection.execute(f"ALTER TABLE {table.name} ENABLE TRIGGER USER")
    return len(rows)


def _renewed(row: asyncpg.Record, references: CitizenReferences) -> list[Any]:
    place, *texts = row.values()
    return [place, *(text and references.renew(text) for text in texts)]


async def run(database_url: str, references: CitizenReferences) -> None:
    connection = await asyncpg.connect(
        driver_url(database_url),
        timeout=CONNECT,
        command_timeout=STATEMENT_TIMEOUT,
        target_session_attrs="read-write",
        server_settings={"search_path": "public"},
    )
    try:
        async for table, moved in rekey(connection, references):
            sys.stdout.write(f"{table:40} {moved:>10} rows\n")
    finally:
        await connection.close()


def main() -> None:
    keys = json.loads(os.environ["CITIZEN_REFERENCE_KEYS"])
    references = CitizenReferences(
        {name: key.encode() for name, key in keys.items()}, os.environ["CITIZEN_REFERENCE_KEY_ID"]
    )
    if references.older is None:
        raise SystemExit("CITIZEN_REFERENCE_KEY_ID is the first of the keys: there is nothing to move from")
    asyncio.run(run(os.environ["DATABASE_URL"], references))


if __name__ == "__main__":
    main()
