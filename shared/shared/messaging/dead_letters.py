"""Dead letters: what could not be handled, kept with its reason until an operator has dealt with it."""

from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.events.envelope import CloudEvent, InvalidEvent, parse_event

# One row a message: the same letter delivered twice is one, and one that dies again after a replay waits again.
_KEEP: Final = """
    INSERT INTO dead_letter (id, event_id, name, payload, reason, attempts) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (id) DO UPDATE
    SET reason = excluded.reason, attempts = excluded.attempts, failed_at = now(), replay_requested_at = NULL,
        replayed_at = NULL, discarded_at = NULL, discarded_by = NULL, discard_reason = NULL
"""

_KEEP_EVENT: Final = text(
    "INSERT INTO dead_letter (id, event_id, name, payload, reason, attempts)"
    " VALUES (:id, :event_id, :name, :payload, :reason, :attempts)"
)


_WAITING: Final = "SELECT count(*) FROM dead_letter WHERE replayed_at IS NULL AND discarded_at IS NULL"


async def count_waiting(connection: asyncpg.Connection) -> int:
    """Those that nobody has dealt with."""
    count: int = await connection.fetchval(_WAITING)
    return count


async def keep(connection: asyncpg.Connection, payload: str, reason: str, attempts: int) -> None:
    text = payload.replace("\x00", "�")
    event_id, name = _identify(text)
    await connection.execute(_KEEP, uuid5(NAMESPACE_URL, text), event_id, name, text, reason[:500], attempts)


async def keep_event(session: AsyncSession, envelope: CloudEvent, reason: str, attempts: int) -> None:
    """For a service that has given up on something of its own, told by this event: operators see it among the others,
    and a replay gives it to the worker's `replay_handlers`.
    """
    payload = envelope.to_json()
    names = {"event_id": envelope.id, "name": envelope.type, "payload": payload, "attempts": attempts}
    await session.execute(_KEEP_EVENT, names | {"id": uuid5(NAMESPACE_URL, payload), "reason": reason})


def _identify(payload: str) -> tuple[UUID | None, str | None]:
    try:
        envelope, _ = parse_event(payload)
    except InvalidEvent:
        return None, None
    return envelope.id, envelope.type


def reason_of(error: BaseException) -> str:
    """The kind of error and not its message, which could quote a value."""
    return f"{type(error).__module__}.{type(error).__qualname__}"
