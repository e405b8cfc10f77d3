"""What a citizen's pages are put together from, in the order in which it had its effect (M5).

Whoever changes anything of a citizen's holds that citizen's lock until the commit. So entries have their effects in the
order of their numbers, and a rebuild meets nobody else's changes of the citizen. An entry is an event, of others or our
own; or `kept`: a row as it is, for what was there before the log and for what was told to many at once.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import wraps
from typing import Any, Final, TypeAlias

from sqlalchemy import Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from shared.events import Event
from shared.messaging import Delivery

Handler: TypeAlias = Callable[[AsyncSession, Any, Delivery], Awaitable[None]]

# "feed" in ASCII: held by who rebuilds, and alone by who tells many citizens at once
MANY: Final = 0x66656564
# the seed that tells these locks from those of others: "citizen" is longer than an integer, "cit" is not
_SEED: Final = 0x636974

_LOCK: Final = text(f"""
    SELECT count(pg_advisory_xact_lock(hashtextextended(citizen, {_SEED}))) FROM unnest(:citizens) citizen
""").bindparams(bindparam("citizens", type_=ARRAY(Text)))  # noqa: S608 - put together from constants
LOCK_MANY: Final = text(f"SELECT pg_advisory_xact_lock({MANY})")
# the lock is taken below, before the number is given
_KEEP: Final = text(f"""
    INSERT INTO citizen_event (citizen, name, data)
    SELECT :citizen, :name, :data
    FROM (SELECT pg_advisory_xact_lock(hashtextextended(:citizen, {_SEED})) OFFSET 0) held
""").bindparams(bindparam("data", type_=JSONB))  # noqa: S608 - put together from constants


async def lock_citizens(session: AsyncSession, *citizens: str) -> None:
    """Before anything of theirs is read in order to change it; several in the order of their references."""
    await session.execute(_LOCK, {"citizens": citizens})


async def keep_event(session: AsyncSession, event: Any) -> None:
    """In the transaction of its effect, before it. `event` is about one citizen."""
    await session.execute(_KEEP, _row(event))


async def keep_events(session: AsyncSession, events: Sequence[Any]) -> None:
    """Of several citizens, in the order of their references."""
    await session.execute(_KEEP, [_row(event) for event in events])


def _row(event: Any) -> dict[str, Any]:
    data = event.model_dump(mode="json", by_alias=True)
    return {"citizen": event.citizen, "name": event.name, "data": data}


def kept(handler: Handler) -> Handler:
    """The handler of an event about one citizen, which is kept for a rebuild."""

    @wraps(handler)
    async def handle(session: AsyncSession, event: Event, delivery: Delivery) -> None:
        await keep_event(session, event)
        await handler(session, event, delivery)

    return handle
