"""The change feed (S3): in order, without gaps, and without writers having to take turns.

A row carries the id of its transaction, and is shown once no transaction with a lower or the same id is under way: then
every row before it in the order of (transaction, row) is there to be seen. The reader waits for the slowest writer;
writers wait for nobody.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

import asyncpg

# so many rows are looked at for one page: most are about people whom the client has no interest in
SCANNED: Final = 5000

# A file of the log is named after its timeline, in eight hexadecimal digits. The first is left out, as it always was.
_NOW: Final = """
    SELECT
        s.system_identifier # (('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint - 1) AS system,
        pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon
    FROM pg_control_system() s
"""
_CHANGES: Final = f"""
    WITH scanned AS (
        SELECT xact, id, citizen, changed_at, standing FROM standing_change
        WHERE (xact, id) > ($1::text::xid8, $2::bigint) AND xact < pg_snapshot_xmin(pg_current_snapshot())
        ORDER BY xact, id LIMIT {SCANNED}
    )
    SELECT s.xact::text::bigint AS xact, s.id, s.citizen, s.changed_at, i.citizen IS NOT NULL AS wanted
    FROM scanned s LEFT JOIN interest i ON i.citizen = s.citizen AND i.client_id = $3 AND s.standing
    ORDER BY s.xact, s.id
"""  # noqa: S608 - the number above


class Position(NamedTuple):
    """After a row. `system` is the database cluster's own id and its timeline: in another one, and in one that was put
    back to an earlier time, transactions are counted anew.
    """

    system: int
    xact: int
    row: int


class Changed(NamedTuple):
    citizen: str
    changed_at: datetime


class Scanned(NamedTuple):
    """`changed` are those whom the client has an interest in, each once, the latest change of those looked at."""

    changed: Sequence[Changed]
    end: tuple[int, int] | None
    more: bool


async def current_position(connection: asyncpg.Connection) -> Position:
    """After everything that can be seen now, and before everything that cannot."""
    row = await connection.fetchrow(_NOW)
    return Position(row["system"], row["horizon"], 0)


async def scan(connection: asyncpg.Connection, after: Position, client_id: str, limit: int) -> Scanned:
    rows = await connection.fetch(_CHANGES, str(after.xact), after.row, client_id)
    changed: dict[str, datetime] = {}
    end = None
    for row in rows:
        if row["wanted"] and row["citizen"] not in changed and len(changed) == limit:
            return Scanned(_listed(changed), end, more=True)
        if row["wanted"]:
            changed[row["citizen"]] = row["changed_at"]
        end = (row["xact"], row["id"])
    return Scanned(_listed(changed), end, more=len(rows) == SCANNED)


def _listed(changed: dict[str, datetime]) -> list[Changed]:
    return [Changed(citizen, at) for citizen, at in changed.items()]
