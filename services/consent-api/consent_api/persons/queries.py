"""What is read of the copied persons."""

from collections.abc import Iterable
from typing import Final

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from consent_api.persons.models import PersonCopy

_PERSONS: Final = "SELECT citizen, status, confidential, born, checked_at FROM person WHERE citizen = ANY($1)"
_LOCKED: Final = text(
    "SELECT citizen, status, confidential, born, checked_at FROM person WHERE citizen = ANY(:citizens)"
    " ORDER BY citizen FOR UPDATE"
)
_PARENTS: Final = text("SELECT child, parent FROM parent WHERE child = ANY(:children) AND active")


async def find_persons(connection: asyncpg.Connection, citizens: Iterable[str]) -> dict[str, PersonCopy]:
    """Those who were never asked about are absent."""
    return {row["citizen"]: PersonCopy(*row) for row in await connection.fetch(_PERSONS, list(citizens))}


async def lock_persons(session: AsyncSession, citizens: Iterable[str]) -> dict[str, PersonCopy]:
    """As they are until this transaction changes them: two answers of the register are written one after the other."""
    rows = await session.execute(_LOCKED, {"citizens": list(citizens)})
    return {row.citizen: PersonCopy(*row) for row in rows}


async def parents_in(session: AsyncSession, children: Iterable[str]) -> dict[str, set[str]]:
    """Children without a parent are absent."""
    found: dict[str, set[str]] = {}
    for row in await session.execute(_PARENTS, {"children": list(children)}):
        found.setdefault(row.child, set()).add(row.parent)
    return found
