"""Entries in the order in which they came, for one citizen's streams. By the driver's own connection."""

from typing import Final

import asyncpg

from helsetilbud_api.citizen.queries import FEED_COLUMNS, FEED_TABLES, SEEN_OF_YOUTH, TRUSTED_LEVEL

# Nothing while the citizen's tools are hidden (S6); what came meanwhile follows in a stream that is opened later.
_ARRIVED: Final = f"""
    SELECT {FEED_COLUMNS}, e.arrival
    FROM {FEED_TABLES}
    WHERE e.citizen = $1 AND e.arrival > $3 AND (NOT $5 OR (e.prescription_id IS NOT NULL AND {SEEN_OF_YOUTH}))
        AND {TRUSTED_LEVEL.format(citizen="$1")} = 'full'
    ORDER BY e.arrival
    LIMIT $4
"""  # noqa: S608 - put together from constants
_LEVEL: Final = f"SELECT {TRUSTED_LEVEL.format(citizen='$1')}"
_LAST: Final = "SELECT last FROM feed_head WHERE citizen = $1"


async def list_arrived(
    connection: asyncpg.Connection, citizen: str, language: str, after: int, limit: int, *, narrowed: bool
) -> list[asyncpg.Record]:
    """Narrowed to what who acts for a young person sees."""
    rows: list[asyncpg.Record] = await connection.fetch(_ARRIVED, citizen, language, after, limit, narrowed)
    return rows


async def level_of(connection: asyncpg.Connection, citizen: str) -> str | None:
    """The citizen's consent, as `trusted_level` has it."""
    level: str | None = await connection.fetchval(_LEVEL, citizen)
    return level


async def last_arrival(connection: asyncpg.Connection, citizen: str) -> int:
    """The number of the citizen's latest entry; 0 before the first."""
    return await connection.fetchval(_LAST, citizen) or 0
