"""The write of a prescription: one statement, so one transaction and one round trip on the hot path.

Prescription, event, access log and stored answer come into being together or not at all. The unique indexes decide
when two requests meet: `prescription_live` (P6) and the key of `idempotent_answer` (P14).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
from pydantic_core import to_json

from prescription_api import queries
from prescription_api.errors import AlreadyPrescribed, ToolStopped
from prescription_api.models import AccessEntry
from shared import idempotency, outbox
from shared.db import Database
from shared.events.envelope import CloudEvent, Event
from shared.idempotency import Answer, IdempotencyInProgress, Repeatable
from shared.schemas import rfc3339

# The lock is held while the statement runs; the tool may have been stopped while the outside systems were asked (K4).
_WRITE: Final = """
    WITH lock AS MATERIALIZED (
        SELECT $19::text IS NULL OR pg_try_advisory_xact_lock(hashtextextended($18 || ' ' || $19, 0)) AS ours
    ), new AS (
        INSERT INTO prescription (citizen, prescription_id, tool_id, tool_revision, state, prescriber_hpr,
            prescriber_name, prescriber_profession, organisation, client_id, message, journal_note,
            prescribed_at, deadline, changed_at, due_at)
        SELECT $1, $2, $3, $4, 'active', $5, $6, $7, $8, $18, $9, $10::jsonb, $11, $12, $11, $21
        FROM lock JOIN tool_copy ON tool_id = $3 AND NOT stopped WHERE ours
        RETURNING 1
    ), event AS (
        INSERT INTO outbox (event_id, name, payload) SELECT $13, $14, $15::jsonb FROM new
    ), entry AS (
        INSERT INTO access_log (citizen, at, entry_id, action, hpr_number, name, profession, organisation,
            client_id, tool_id, prescription_id)
        SELECT $1, $11, $13, 'prescribed', $5, $6, $7, $8, $18, $3, $2 FROM new
    ), answer AS (
        INSERT INTO idempotent_answer (client_id, key, fingerprint, status, headers, body)
        SELECT $18, $19, $20, 201, $16::jsonb, $17::json FROM new WHERE $19::text IS NOT NULL
    )
    SELECT (SELECT ours FROM lock) AS ours, EXISTS (SELECT FROM new) AS written
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
    client_id: str
    message: str | None
    journal_note: dict[str, Any]
    prescribed_at: datetime
    deadline: datetime
    due_at: datetime


async def write(
    database: Database, new: NewPrescription, event: Event, answer: Answer, repeat: Repeatable | None
) -> Answer | None:
    """None when it is written; the stored answer when the same request was answered meanwhile.

    Raises AlreadyPrescribed, ToolStopped, IdempotencyInProgress or IdempotencyKeyReused, and then nothing is written.
    """
    async with database.driver() as connection:
        try:
            row = await connection.fetchrow(_WRITE, *_values(new, event, answer, repeat))
        except asyncpg.UniqueViolationError:
            return await _met(connection, new, repeat)
    if not row["ours"]:
        raise IdempotencyInProgress()
    if not row["written"]:
        raise ToolStopped()
    outbox.wake(database.wakeups)
    return None


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
    members: dict[str, Any] = {"since": rfc3339(live["prescribed_at"])}
    if live["organisation"] == new.organisation:
        members["prescriptionId"] = str(live["prescription_id"])
    raise AlreadyPrescribed(**members)


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
