"""The write of prescriptions: one statement, so one transaction and one round trip on the hot path.

Prescription, event, access log and stored answer come into being together or not at all. The unique indexes decide
when two requests meet: `prescription_live` (P6) and the key of `idempotent_answer` (P14). Prescriptions that are ready
at the same time share the statement; what it does not write is written alone, and that tells why not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
from pydantic_core import to_json

from prescription_api import queries
from prescription_api.clients.batching import Batcher
from prescription_api.errors import AlreadyPrescribed, ToolStopped
from prescription_api.models import AccessEntry
from shared import idempotency, outbox
from shared.db import Database
from shared.events.envelope import CloudEvent, Event
from shared.idempotency import Answer, IdempotencyInProgress, Repeatable

# The locks are held while the statement runs; the tool may have been stopped while the outside systems were asked (K4).
# Who has the tool already is left out, so that one of many who share a statement does not fail it for the rest.
_WRITE: Final = """
    WITH asked AS MATERIALIZED (
        SELECT asked.*, COALESCE(stopped, true) AS stopped,
            key IS NULL OR pg_try_advisory_xact_lock(hashtextextended(scope || ' ' || key, 0)) AS ours
        FROM unnest($1::text[], $2::uuid[], $3::uuid[], $4::int[], $5::text[], $6::text[], $7::text[], $8::text[],
            $9::text[], $10::text[], $11::timestamptz[], $12::timestamptz[], $13::uuid[], $14::text[], $15::text[],
            $16::text[], $17::text[], $18::text[], $19::text[], $20::text[], $21::bytea[], $22::timestamptz[])
            AS asked (citizen, prescription_id, tool_id, tool_revision, hpr_number, name, profession, organisation,
                message, journal_note, at, deadline, event_id, event_name, event, headers, body, client_id, scope,
                key, fingerprint, due_at)
            LEFT JOIN tool_copy USING (tool_id)
    ), new AS (
        INSERT INTO prescription (citizen, prescription_id, tool_id, tool_revision, state, prescriber_hpr,
            prescriber_name, prescriber_profession, organisation, client_id, message, journal_note,
            prescribed_at, deadline, changed_at, due_at)
        SELECT citizen, prescription_id, tool_id, tool_revision, 'active', hpr_number, name, profession, organisation,
            client_id, message, journal_note::jsonb, at, deadline, at, due_at
        FROM asked
        WHERE ours AND NOT stopped AND NOT EXISTS (
            SELECT FROM prescription live WHERE live.citizen = asked.citizen AND live.tool_id = asked.tool_id
                AND live.state IN ('active', 'opened'))
        RETURNING prescription_id
    ), written AS MATERIALIZED (
        SELECT asked.* FROM asked JOIN new USING (prescription_id)
    ), event AS (
        INSERT INTO outbox (event_id, name, payload) SELECT event_id, event_name, event::jsonb FROM written
    ), entry AS (
        INSERT INTO access_log (citizen, at, entry_id, action, hpr_number, name, profession, organisation,
            client_id, tool_id, prescription_id)
        SELECT citizen, at, event_id, 'prescribed', hpr_number, name, profession, organisation, client_id, tool_id,
            prescription_id
        FROM written
    ), answer AS (
        INSERT INTO idempotent_answer (client_id, key, fingerprint, status, headers, body)
        SELECT scope, key, fingerprint, 201, headers::jsonb, body::json FROM written WHERE key IS NOT NULL
    )
    SELECT ours, stopped, new.prescription_id IS NOT NULL AS written
    FROM asked LEFT JOIN new USING (prescription_id)
    ORDER BY array_position($2, asked.prescription_id)
"""

_LOG_ACCESS: Final = """
    INSERT INTO access_log (citizen, at, entry_id, action, hpr_number, name, profession, organisation, client_id,
        tool_id, prescription_id, outcome)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""


@dataclass(frozen=True, slots=True)
class NewPrescription:
    """A row to be, and what was decided about it."""

    prescription_id: UUID
    citizen: str
    tool_id: UUID
    tool_revision: int
    prescriber_hpr: str
    prescriber_name: str
    profession: str | None
    organisation: str
    organisation_name: str | None
    client_id: str
    message: str | None
    journal_note: dict[str, Any]
    prescribed_at: datetime
    deadline: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True, eq=False)
class _Write:
    """What one request writes; `values` are the statement's, in their order."""

    new: NewPrescription
    repeat: Repeatable | None
    values: tuple[Any, ...]


# what is wrong with one of those who share a statement
_MAY_BE_ANOTHERS: Final = (
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.DataError,
    ValueError,
)


class Writer:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._batcher: Batcher[_Write, bool] = Batcher(self._write_together, largest=50)

    async def write(
        self, new: NewPrescription, event: Event, answer: Answer, repeat: Repeatable | None
    ) -> Answer | None:
        """None when it is written; the stored answer when the same request was answered meanwhile.

        Raises AlreadyPrescribed, ToolStopped, IdempotencyInProgress or IdempotencyKeyReused, and then nothing is
        written.
        """
        wanted = _Write(new, repeat, _values(new, event, answer, repeat))
        is_written = await self._batcher.ask(wanted)
        return None if is_written else await self._write_alone(wanted)

    async def _write_together(self, wanted: list[_Write]) -> dict[_Write, bool]:
        """Which of them are written."""
        async with self._database.driver() as connection:
            try:
                rows = await _write(connection, wanted)
            except _MAY_BE_ANOTHERS:
                return {}
        outbox.wake(self._database.wakeups)
        return {it: row["written"] for it, row in zip(wanted, rows, strict=True)}

    async def _write_alone(self, wanted: _Write) -> Answer | None:
        async with self._database.driver() as connection:
            try:
                [row] = await _write(connection, [wanted])
            except asyncpg.UniqueViolationError:
                return await _met(connection, wanted.new, wanted.repeat)
            if not row["ours"]:
                raise IdempotencyInProgress()
            if not row["written"]:
                if row["stopped"]:
                    raise ToolStopped()
                return await _met(connection, wanted.new, wanted.repeat)
        outbox.wake(self._database.wakeups)
        return None


async def _write(connection: asyncpg.Connection, wanted: Sequence[_Write]) -> list[asyncpg.Record]:
    """A row for each, in their order."""
    columns = map(list, zip(*(it.values for it in wanted), strict=True))
    rows: list[asyncpg.Record] = await connection.fetch(_WRITE, *columns)
    return rows


def _values(new: NewPrescription, event: Event, answer: Answer, repeat: Repeatable | None) -> tuple[Any, ...]:
    envelope = CloudEvent.wrap(event, new.prescribed_at)
    return (
        new.citizen,
        new.prescription_id,
        new.tool_id,
        new.tool_revision,
        new.prescriber_hpr,
        new.prescriber_name,
        new.profession,
        new.organisation,
        new.message,
        to_json(new.journal_note).decode(),
        new.prescribed_at,
        new.deadline,
        envelope.id,
        event.name,
        envelope.to_json(),
        to_json(answer.headers).decode(),
        answer.json.decode(),
        new.client_id,
        repeat.scope if repeat else None,
        repeat.key if repeat else None,
        repeat.fingerprint if repeat else None,
        new.due_at,
    )


async def _met(connection: asyncpg.Connection, new: NewPrescription, repeat: Repeatable | None) -> Answer:
    """Another request was first: the same one, whose answer is given again, or another for the same tool (P6)."""
    if repeat and (stored := await idempotency.find(connection, repeat)):
        return stored
    live = await queries.live_prescription(connection, new.citizen, new.tool_id)
    if live is None:  # the other one ended in the same instant: trying again will tell
        raise IdempotencyInProgress()
    own = live["organisation"] == new.organisation
    members = {"prescriptionId": str(live["prescription_id"])} if own else {}
    raise AlreadyPrescribed.since(live["prescribed_at"], **members)


async def log_access(database: Database, entry: AccessEntry) -> None:
    """P13: what is not in the log has not been answered."""
    values = (
        entry.citizen,
        entry.at,
        entry.entry_id,
        entry.action,
        entry.hpr_number,
        entry.name,
        entry.profession,
        entry.organisation,
        entry.client_id,
        entry.tool_id,
        entry.prescription_id,
        entry.outcome,
    )
    async with database.driver() as connection:
        await connection.execute(_LOG_ACCESS, *values)
