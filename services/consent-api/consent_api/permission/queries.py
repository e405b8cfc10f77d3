"""What is read of one citizen to find out what stands against the use of their tools."""

from typing import Final

import asyncpg

from consent_api.permission.models import Known
from consent_api.persons.models import PersonCopy

_KNOWN: Final = """
    SELECT coalesce(k.level, 'none'), coalesce(o.granted, false), k.citizen, k.status, k.confidential, k.born,
           k.checked_at
    FROM (SELECT $1::text AS citizen) asked
    LEFT JOIN known_citizen k ON k.citizen = asked.citizen
    LEFT JOIN own_access o ON o.citizen = asked.citizen
"""


async def find_known(connection: asyncpg.Connection, citizen: str) -> Known:
    level, granted, *person = await connection.fetchrow(_KNOWN, citizen)
    return Known(level, PersonCopy(*person) if person[1] is not None else None, granted)
