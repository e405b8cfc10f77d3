"""Dead letters: what could not be handled, kept with its reason until an operator has dealt with it."""

from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

import asyncpg

from shared.events.envelope import InvalidEvent, parse_event

# One row a message: the same letter delivered twice is one, and one that dies again after a replay waits again.
_KEEP: Final = """
    INSERT INTO dead_letter (id, event_id, name, payload, reason, attempts) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (id) DO UPDATE
    SET reason = excluded.reason, attempts = excluded.attempts, failed_at = now(), replay_requested_at = NULL,
        replayed_at = NULL
"""


async def keep(connection: asyncpg.Connection, payload: str, reason: str, attempts: int) -> None:
    text = payload.replace("\x00", "�")
    event_id, name = _identify(text)
    await connection.execute(_KEEP, uuid5(NAMESPACE_URL, text), event_id, name, text, reason[:500], attempts)


def _identify(payload: str) -> tuple[UUID | None, str | None]:
    try:
        envelope, _ = parse_event(payload)
    except InvalidEvent:
        return None, None
    return envelope.id, envelope.type


def reason_of(error: BaseException) -> str:
    """The kind of error and not its message, which could quote a value."""
    return f"{type(error).__module__}.{type(error).__qualname__}"
