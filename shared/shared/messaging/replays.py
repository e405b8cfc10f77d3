"""Dead letters that an operator has asked to have handled again.

The request is a column of the letter's row, written by the HTTP service; the worker gives the message to the same
handlers through the same inbox. So it is the same with and without a broker: no message goes back into anybody's queue,
and handlers that had done their part do not do it twice.
"""

import asyncio
import contextlib
from typing import Final

import structlog

from shared.db import Database
from shared.messaging.dead_letters import reason_of
from shared.messaging.delivery import Rejected
from shared.messaging.transport import Receive

POLL_SECONDS: Final = 1.0

# The row stays locked while the handlers run in transactions of their own: other replicas pass it by, and a worker that
# dies leaves the request standing.
_NEXT: Final = """
    SELECT id, payload FROM dead_letter
    WHERE replay_requested_at IS NOT NULL AND replayed_at IS NULL AND discarded_at IS NULL
    ORDER BY replay_requested_at LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_HANDLED: Final = "UPDATE dead_letter SET replayed_at = now() WHERE id = $1"
_DIED_AGAIN: Final = """
    UPDATE dead_letter SET reason = $2, attempts = attempts + 1, failed_at = now(), replay_requested_at = NULL
    WHERE id = $1
"""

_logger = structlog.get_logger(__name__)


async def replay_dead_letters(database: Database, receive: Receive, stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            more = await replay_one(database, receive)
        except Exception as error:
            _logger.warning("replay_waits_for_database", exc_info=error)
            more = False
        if not more:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), POLL_SECONDS)


async def replay_one(database: Database, receive: Receive) -> bool:
    """Whether there was one. A letter that dies again waits for an operator again, with its new reason."""
    async with database.driver_transaction() as connection:
        letter = await connection.fetchrow(_NEXT)
        if letter is None:
            return False
        reason = await _handle(receive, letter["payload"])
        if reason is None:
            await connection.execute(_HANDLED, letter["id"])
        else:
            await connection.execute(_DIED_AGAIN, letter["id"], reason[:500])
    _logger.info("dead_letter_replayed", letter=str(letter["id"]), handled=reason is None)
    return True


async def _handle(receive: Receive, payload: str) -> str | None:
    """The reason why not, or None."""
    try:
        await receive(payload)
    except Rejected as error:
        return error.reason
    except Exception as error:
        return reason_of(error)
    return None
