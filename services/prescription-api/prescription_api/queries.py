"""Every SELECT of the service, scoped by caller where it is about patients."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter
from sqlalchemy import Row, RowMapping, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from prescription_api.clients.batching import Batcher
from prescription_api.models import prescription, tool_copy
from shared.auth import Practitioner
from shared.db import Database
from shared.events.catalog import ToolDocument
from shared.idempotency import Answer, Repeatable

_DOCUMENT = TypeAdapter(ToolDocument)

# One round trip before the outside systems are asked: the tool's standing, and the answer if this request came before.
_BEFORE: Final = """
    SELECT t.sequence, t.stopped, t.document IS NOT NULL AS known, a.fingerprint, a.status, a.headers, a.body
    FROM unnest($1::uuid[], $2::text[], $3::text[]) WITH ORDINALITY AS asked (tool_id, scope, key, place)
    LEFT JOIN tool_copy t ON t.tool_id = asked.tool_id
    LEFT JOIN idempotent_answer a ON a.client_id = asked.scope AND a.key = asked.key
    ORDER BY place
"""

# tool, scope and key of a repeatable request
_Asked: TypeAlias = tuple[UUID, str | None, str | None]


@dataclass(frozen=True, slots=True)
class ToolStanding:
    document: ToolDocument
    stopped: bool


class ToolCopies:
    """The parsed documents of the tools, kept while their sequence in the database is the same.

    Requests that come while one statement is under way go with the next.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._parsed: dict[UUID, tuple[int, ToolDocument]] = {}
        self._batcher: Batcher[_Asked, tuple[ToolStanding | None, asyncpg.Record]] = Batcher(self._look)

    async def before_prescribing(
        self, tool_id: UUID, repeat: Repeatable | None
    ) -> tuple[ToolStanding | None, Answer | None]:
        """The tool, None when the catalogue has none; and what was answered to the same request before."""
        scope, key = (repeat.scope, repeat.key) if repeat else (None, None)
        found = await self._batcher.ask((tool_id, scope, key))
        assert found  # noqa: S101 - every question has a row
        standing, row = found
        answer = repeat.check(row) if repeat and row["fingerprint"] is not None else None
        return standing, answer

    async def _look(self, asked: list[_Asked]) -> dict[_Asked, tuple[ToolStanding | None, asyncpg.Record]]:
        async with self._database.driver() as connection:
            rows = await connection.fetch(_BEFORE, *map(list, zip(*asked, strict=True)))
            return {
                question: (await self._standing(connection, question[0], row), row)
                for question, row in zip(asked, rows, strict=True)
            }

    async def _standing(
        self, connection: asyncpg.Connection, tool_id: UUID, row: asyncpg.Record
    ) -> ToolStanding | None:
        if not row["known"]:
            return None
        return ToolStanding(await self._document(connection, tool_id, row["sequence"]), row["stopped"])

    async def _document(self, connection: asyncpg.Connection, tool_id: UUID, sequence: int) -> ToolDocument:
        known = self._parsed.get(tool_id)
        if known is None or known[0] != sequence:
            text = await connection.fetchval("SELECT document::text FROM tool_copy WHERE tool_id = $1", tool_id)
            known = self._parsed[tool_id] = (sequence, _DOCUMENT.validate_json(text))
        return known[1]


async def get_prescription(
    connection: AsyncConnection, caller: Practitioner, prescription_id: UUID
) -> RowMapping | None:
    """Only what the caller's own organisation has prescribed."""
    statement = select(prescription).where(
        prescription.c.prescription_id == prescription_id, prescription.c.organisation.in_(own_organisations(caller))
    )
    return (await connection.execute(statement)).mappings().first()


async def message_of(connection: AsyncConnection, prescription_id: UUID) -> Row[str, str | None] | None:
    """Whoever's it is: for our own service only."""
    statement = select(prescription.c.state, prescription.c.message).where(
        prescription.c.prescription_id == prescription_id
    )
    return (await connection.execute(statement)).first()


async def take_prescription(session: AsyncSession, caller: Practitioner, prescription_id: UUID) -> RowMapping | None:
    """What the caller or their own organisation has prescribed (P10); nobody else changes it until the transaction
    ends.
    """
    theirs = prescription.c.organisation.in_(own_organisations(caller))
    statement = select(prescription).where(
        prescription.c.prescription_id == prescription_id, theirs | (prescription.c.prescriber_hpr == caller.hpr_number)
    )
    return (await session.execute(statement.with_for_update())).mappings().first()


async def take_due(session: AsyncSession, now: datetime, most: int) -> Sequence[RowMapping]:
    """Unopened prescriptions about which something is to be done by now, ours until the transaction ends. What another
    transaction holds is left to it.
    """
    c = prescription.c
    due_at = func.coalesce(c.due_at, c.deadline)
    statement = (
        select(c.citizen, c.prescription_id, c.tool_id, c.version, c.prescribed_at, c.deadline, c.due_at)
        .where(c.state == "active", due_at <= now)
        .order_by(due_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return (await session.execute(statement)).mappings().all()


async def search_prescriptions(
    connection: AsyncConnection, caller: Practitioner, citizen: str, after: tuple[Any, ...] | None, limit: int
) -> Sequence[RowMapping]:
    """The caller's own organisation's for this citizen, newest first; one more than `limit` when there are more."""
    at, key = prescription.c.prescribed_at, prescription.c.prescription_id
    statement = select(prescription).where(
        prescription.c.citizen == citizen, prescription.c.organisation.in_(own_organisations(caller))
    )
    if after:
        statement = statement.where(tuple_(at, key) < after)
    return (await connection.execute(statement.order_by(at.desc(), key.desc()).limit(limit + 1))).mappings().all()


def own_organisations(caller: Practitioner) -> list[str]:
    return [o for o in (caller.organisation, caller.organisation_child) if o]


async def tool_names(connection: AsyncConnection, tool_ids: Sequence[UUID]) -> dict[UUID, ToolDocument]:
    statement = select(tool_copy.c.tool_id, tool_copy.c.document).where(
        tool_copy.c.tool_id.in_(tool_ids), tool_copy.c.document.is_not(None)
    )
    return {row.tool_id: _DOCUMENT.validate_python(row.document) for row in await connection.execute(statement)}


async def find_representatives_allowed(connection: AsyncConnection, tool_ids: Sequence[UUID]) -> dict[UUID, bool]:
    """Whether a representative may use each of these tools (K1); without those that are not known."""
    allowed = tool_copy.c.document["representativeMayUse"].as_boolean()
    statement = select(tool_copy.c.tool_id, allowed).where(tool_copy.c.tool_id.in_(tool_ids), allowed.is_not(None))
    return {tool_id: answer for tool_id, answer in await connection.execute(statement)}


def newer_than(name: str) -> str:
    """SQL: whether the citizen has been prescribed the tool again after the prescription that is called `name`.

    Only the newest one of a tool comes back to life, as it is the one that the citizen's pages show.
    """
    return f"""EXISTS (
        SELECT FROM prescription newer
        WHERE newer.citizen = {name}.citizen AND newer.tool_id = {name}.tool_id
            AND (newer.prescribed_at, newer.prescription_id) > ({name}.prescribed_at, {name}.prescription_id)
    )"""


_LIVE: Final = """
    SELECT prescription_id, organisation, prescribed_at FROM prescription
    WHERE citizen = $1 AND tool_id = $2 AND state IN ('active', 'opened')
"""


async def live_prescription(connection: asyncpg.Connection, citizen: str, tool_id: UUID) -> asyncpg.Record | None:
    record: asyncpg.Record | None = await connection.fetchrow(_LIVE, citizen, tool_id)
    return record
