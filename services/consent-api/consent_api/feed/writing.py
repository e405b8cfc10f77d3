"""Who may have become digitally active, or no longer is: a row for each, in the transaction that changed it (S3).

What somebody's standing depends on is changed under a lock for that person, and so are the ties between two people.
Without it a parent could withdraw consent in one transaction while another makes them somebody's parent: neither would
see the other's row, and nobody would be told about the child.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# sorted, so that two who want the same people do not wait for each other; a hash that two people share only costs time
_LOCK: Final = text(
    "SELECT pg_advisory_xact_lock(key) FROM"
    " (SELECT hashtextextended(citizen, 1) AS key FROM unnest(CAST(:citizens AS text[])) citizen ORDER BY 1) keys"
)
_NOTE: Final = text(
    """
    INSERT INTO standing_change (citizen, changed_at)
    SELECT concerned.citizen, :now FROM (
        SELECT unnest(CAST(:citizens AS text[])) AS citizen
        UNION SELECT child FROM parent WHERE parent = ANY(:citizens) AND active
        UNION SELECT giver FROM power_of_attorney WHERE holder = ANY(:citizens) AND revoked_at IS NULL
    ) concerned
    """
)

_NOTE_FOR_COPIES: Final = text(
    "INSERT INTO standing_change (citizen, changed_at, standing) VALUES (:citizen, :now, false)"
)


async def lock(session: AsyncSession, citizens: Iterable[str]) -> None:
    """Until the transaction ends; before what is changed, and before what the change is decided from, is read."""
    await session.execute(_LOCK, {"citizens": list(citizens)})


async def note(session: AsyncSession, citizens: Iterable[str], now: datetime) -> None:
    """After the change: these citizens, and those whom they represent."""
    await session.execute(_NOTE, {"citizens": list(citizens), "now": now})


async def note_for_copies(session: AsyncSession, citizen: str, now: datetime) -> None:
    """After a change on which nobody's standing depends, and of which our own services have copies."""
    await session.execute(_NOTE_FOR_COPIES, {"citizen": citizen, "now": now})
