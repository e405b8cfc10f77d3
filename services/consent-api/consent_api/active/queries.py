"""What is read to find out who is digitally active: the same few round trips for one person and for a thousand."""

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

import asyncpg

from consent_api.access_log.models import Call
from consent_api.access_log.writing import Logged
from consent_api.areas import Area, Level, sufficient_levels
from consent_api.persons.models import PersonCopy
from consent_api.reservations.models import Kind

# Who is asked about is in the log when this answers: one statement is one transaction (P13). One probe of a hash index
# for each, whose cost does not grow with the number of people.
_KNOWN: Final = Logged(
    """
    SELECT asked.citizen, coalesce(k.level, 'none'), k.status, k.confidential, k.born, k.checked_at, k.gives
    FROM unnest($12::text[]) AS asked (citizen)
    LEFT JOIN known_citizen k ON k.citizen = asked.citizen
    """
)
# Joined with what is asked about: a parameter of = ANY() is compared with each row in turn where a table is read whole.
_INDEPENDENT: Final = """
    SELECT o.citizen FROM unnest($1::text[]) AS young (citizen)
    JOIN own_access o ON o.citizen = young.citizen WHERE o.granted
"""
_RESERVED: Final = """
    SELECT r.citizen FROM unnest($1::text[]) AS asked (citizen)
    JOIN reservation r ON r.citizen = asked.citizen AND r.kind = $2 WHERE r.reserved
"""
# Those who may act in the area now, and can themselves be reached in it. Nobody represents whose address is
# confidential, or of whom the register has never been asked.
_REPRESENTED: Final = """
    SELECT tie.represented, bool_or(tie.assigned)
    FROM (
        SELECT p.child AS represented, p.parent AS representative, false AS assigned
        FROM unnest($1::text[]) AS young (citizen) JOIN parent p ON p.child = young.citizen WHERE p.active
        UNION ALL
        SELECT p.giver, p.holder, p.assigned
        FROM unnest($2::text[]) AS giving (citizen) JOIN power_of_attorney p ON p.giver = giving.citizen
        WHERE p.revoked_at IS NULL AND $3 BETWEEN p.valid_from AND p.valid_to AND $4 = ANY(p.areas)
    ) tie
    JOIN known_citizen k ON k.citizen = tie.representative
        AND k.level = ANY($5::text[]) AND k.status = 'living' AND NOT k.confidential
    GROUP BY tie.represented
"""


class Known(NamedTuple):
    """What this service knows of somebody. `person` is None of whom the register has never been asked; `gives` is
    whether there may be a power of attorney of theirs.
    """

    level: Level
    person: PersonCopy | None
    gives: bool


async def find_known(connection: asyncpg.Connection, call: Call, citizens: Sequence[str]) -> dict[str, Known]:
    """Writes the call in the access log of each. `citizens` without doubles."""
    rows = await _KNOWN.fetch(connection, call, citizens)
    return {row[0]: Known(row[1], _person(row), bool(row[6])) for row in rows}


def _person(row: asyncpg.Record) -> PersonCopy | None:
    return PersonCopy(row[0], row[2], row[3], row[4], row[5]) if row[2] is not None else None


async def find_independent(connection: asyncpg.Connection, young: Sequence[str]) -> set[str]:
    """Those among these young people who have been given an access of their own."""
    return {row[0] for row in await connection.fetch(_INDEPENDENT, young)}


async def find_reserved(connection: asyncpg.Connection, citizens: Sequence[str], kind: Kind) -> set[str]:
    return {row[0] for row in await connection.fetch(_RESERVED, citizens, kind)}


async def find_represented(
    connection: asyncpg.Connection, children: Sequence[str], givers: Sequence[str], area: Area, today: date
) -> dict[str, bool]:
    """Those for whom somebody may act in the area; whether that somebody was assigned to them."""
    rows = await connection.fetch(_REPRESENTED, children, givers, today, area, sufficient_levels(area))
    return {row[0]: row[1] for row in rows}
