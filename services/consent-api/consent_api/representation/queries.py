"""What is read of representation: always between two people, or of one's own."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from consent_api.persons.models import PersonCopy
from consent_api.representation.models import Pair, Power
from consent_api.representation.own_access import OwnAccess

# everything that decides, in one round trip
_PAIR: Final = """
    SELECT
        a.status AS a_status, a.confidential AS a_confidential, a.born AS a_born, a.checked_at AS a_checked,
        coalesce(c.level, 'none') AS level,
        r.status AS r_status, r.confidential AS r_confidential, r.born AS r_born, r.checked_at AS r_checked,
        coalesce(t.active, false) AS is_parent, t.child IS NOT NULL AS was_parent,
        p.areas, p.valid_from, p.valid_to, p.revoked_at IS NOT NULL AS revoked, p.assigned
    FROM (SELECT 1) one
    LEFT JOIN person a ON a.citizen = $1
    LEFT JOIN consent c ON c.citizen = $1
    LEFT JOIN person r ON r.citizen = $2
    LEFT JOIN parent t ON t.child = $2 AND t.parent = $1
    LEFT JOIN power_of_attorney p ON p.giver = $2 AND p.holder = $1
"""
_OWN_ACCESS: Final = "SELECT granted, version, changed_at FROM own_access WHERE citizen = $1"
_OWN_ACCESS_HERE: Final = text("SELECT granted, version, changed_at FROM own_access WHERE citizen = :citizen")

_POWER: Final = """
    SELECT id, giver, holder, version, areas, valid_from, valid_to, giver_name, holder_name, given_at, revoked_at,
           assigned, giver = :me AS given
    FROM power_of_attorney
"""
_POWERS: Final = text(
    _POWER
    + """
    WHERE (giver = :me OR holder = :me) AND (given_at, id) < (:at, :id)
    ORDER BY given_at DESC, id DESC LIMIT :count
    """
)
_ONE_POWER: Final = text(_POWER + " WHERE (giver = :me OR holder = :me) AND id = :id")
_LATEST: Final = (datetime(9999, 1, 1, tzinfo=UTC), UUID(int=2**128 - 1))


async def find_pair(connection: asyncpg.Connection, actor: str, represented: str) -> Pair:
    row = await connection.fetchrow(_PAIR, actor, represented)
    power = None
    if row["areas"] is not None:
        power = Power(row["areas"], row["valid_from"], row["valid_to"], row["revoked"], row["assigned"])
    return Pair(
        _person(row, "a", actor),
        row["level"],
        _person(row, "r", represented),
        row["is_parent"],
        power,
        row["was_parent"],
    )


def _person(row: asyncpg.Record, part: str, citizen: str) -> PersonCopy | None:
    if row[f"{part}_status"] is None:
        return None
    status, confidential, born, checked = (row[f"{part}_{n}"] for n in ("status", "confidential", "born", "checked"))
    return PersonCopy(citizen, status, confidential, born, checked)


async def own_access(connection: asyncpg.Connection, citizen: str) -> OwnAccess:
    row = await connection.fetchrow(_OWN_ACCESS, citizen)
    return OwnAccess(*row) if row else OwnAccess()


async def own_access_here(session: AsyncSession, citizen: str) -> OwnAccess:
    row = (await session.execute(_OWN_ACCESS_HERE, {"citizen": citizen})).first()
    return OwnAccess(*row) if row else OwnAccess()


async def list_powers(
    connection: AsyncConnection, me: str, after: tuple[Any, ...] | None, count: int
) -> list[dict[str, Any]]:
    """Given and received, the latest first."""
    at, power_id = after or _LATEST
    values = {"me": me, "at": at, "id": power_id, "count": count}
    return [dict(row) for row in (await connection.execute(_POWERS, values)).mappings()]


async def find_power(session: AsyncSession, me: str, power_id: UUID) -> dict[str, Any] | None:
    """One's own only, given or received."""
    row = (await session.execute(_ONE_POWER, {"me": me, "id": power_id})).mappings().first()
    return dict(row) if row else None


_TURNED: Final = text(
    """
    SELECT giver, holder, id, version, areas, valid_from, valid_to, valid_to < :today AS ended FROM power_of_attorney
    WHERE revoked_at IS NULL
      AND (valid_from > :last AND valid_from <= :today OR valid_to >= :last AND valid_to < :today)
    ORDER BY giver, holder FOR UPDATE
    """
)
_TURNING: Final = text(
    "SELECT citizen, born FROM person WHERE next_turn <= :today ORDER BY citizen LIMIT :count FOR UPDATE"
)


async def powers_that_turn(session: AsyncSession, last: date, today: date) -> list[dict[str, Any]]:
    """Those that have begun or ended on a day after `last`, up to `today`."""
    return [dict(row) for row in (await session.execute(_TURNED, {"last": last, "today": today})).mappings()]


async def children_who_turn(session: AsyncSession, today: date, count: int) -> Sequence[Row[Any]]:
    return (await session.execute(_TURNING, {"today": today, "count": count})).all()
