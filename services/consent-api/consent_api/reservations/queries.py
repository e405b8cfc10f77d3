"""What is read of reservations."""

from collections.abc import Sequence
from typing import Final

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from consent_api.access_log.models import Call
from consent_api.access_log.writing import Logged
from consent_api.reservations.models import KINDS, Kind, Reservation

_OWN: Final = text("SELECT kind, reserved, version, changed_at FROM reservation WHERE citizen = :citizen")
# written in the access log and answered by one statement
_RESERVED: Final = Logged(
    """
    SELECT r.citizen FROM unnest($12::text[]) AS asked (citizen)
    JOIN reservation r ON r.citizen = asked.citizen AND r.kind = $3 WHERE r.reserved
    """
)


async def list_reservations(connection: AsyncConnection | AsyncSession, citizen: str) -> dict[Kind, Reservation]:
    """Every kind there is, in its order."""
    rows = await connection.execute(_OWN, {"citizen": citizen})
    found = {row.kind: Reservation(*row) for row in rows}
    return {kind: found.get(kind, Reservation(kind)) for kind in KINDS}


async def reserved_among(connection: asyncpg.Connection, call: Call, citizens: Sequence[str]) -> set[str]:
    """Who of these has said no to what the call is about."""
    rows = await _RESERVED.fetch(connection, call, citizens)
    return {row["citizen"] for row in rows}
