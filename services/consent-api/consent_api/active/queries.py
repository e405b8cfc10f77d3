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

# Who is asked about is in the log when this answers: one statement is one transaction (P13).
_KNOWN: Final = Logged(
    """
    SELECT asked.citizen, coalesce(c.level, 'none'), p.status, p.confidential, p.born, p.checked_at
    FROM unnest($12::text[]) AS asked (citizen)
    LEFT JOIN consent c ON c.citizen = asked.citizen
    LEFT JOIN person p ON p.citizen = asked.citizen
    """
)
_INDEPENDENT: Final = "SELECT citizen FROM own_access WHERE citizen = ANY($1::text[]) AND granted"
_RESERVED: Final = "SELECT citizen FROM reservation WHERE citizen = ANY($1::text[]) AND kind = $2 AND reserved"
# Those who may act in the area now, and can themselves be reached in it. Nobody represents whose address is
# confidential, or of whom the register has never been asked.
_REPRESENTED: Final = """
    SELECT tie.represented, bool_or(tie.assigned)
    FROM (
        SELECT child AS represented, parent AS representative, false AS assigned
        FROM parent WHERE child = ANY($1::text[]) AND active
        UNION ALL
        SELECT giver, holder, assigned FROM power_of_attorney
        WHERE giver = ANY($2::text[]) AND revoked_at IS NULL AND $3 BETWEEN valid_from AND valid_to AND $4 = ANY(areas)
    ) tie
    JOIN consent c ON c.citizen = tie.representative AND c.level = ANY($5::text[])
    JOIN person p ON p.citizen = tie.representative AND p.status = 'living' AND NOT p.confidential
    GROUP BY tie.represented
"""


class Known(NamedTuple):
    """What this service knows of somebody. `person` is None of whom the register has never been asked."""

    level: Level
    person: PersonCopy | None


async def find_known(connection: asyncpg.Connection, call: Call, citizens: Sequence[str]) -> dict[str, Known]:
    """Writes the call in the access log of each. `citizens` without doubles."""
    # in the order of the indexes, which is a fifth quicker for a thousand among millions
    rows = await _KNOWN.fetch(connection, call, sorted(citizens))
    return {row[0]: Known(row[1], _person(row)) for row in rows}


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
