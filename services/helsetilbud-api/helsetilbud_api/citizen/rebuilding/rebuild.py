"""Citizens' pages thrown away and put together anew, a few citizens at a time, while the service runs (M5).

Each transaction holds the locks of its citizens: what happens to them meanwhile waits for it, and readers see the pages
as they were until it commits. The numbers of entries stay, so that open streams notice nothing.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby, zip_longest
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Executable, Row, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from helsetilbud_api.citizen import writing
from helsetilbud_api.citizen.handlers import HANDLERS
from helsetilbud_api.citizen.models import TOOLS
from helsetilbud_api.citizen.rebuilding import queries
from helsetilbud_api.citizen.rebuilding.log import MANY, lock_citizens
from shared.db import Database
from shared.events import EVENTS, ToolAdded, ToolOpened, ToolRemoved
from shared.messaging import Delivery

CITIZENS_AT_ONCE: Final = 50
PARALLEL: Final = 4
_TABLES: Final = ("consent_copy", "citizen_tool", "feed_event")

_WITH_OTHERS: Final = text(f"SELECT pg_advisory_xact_lock_shared({MANY})")
_THROW_AWAY: Final = tuple(text(f"DELETE FROM {table} WHERE citizen = ANY(:citizens)") for table in _TABLES)  # noqa: S608
_PUT_BACK: Final = {
    f"kept.{table}": text(f"""
        INSERT INTO {table} SELECT * FROM jsonb_populate_record(CAST(NULL AS {table}), :data) ON CONFLICT DO NOTHING
    """).bindparams(bindparam("data", type_=JSONB))  # noqa: S608 - our own tables
    for table in _TABLES
}
_RENUMBER: Final = text("""
    UPDATE feed_event SET arrival = :arrival WHERE citizen = :citizen AND feed_event_id = :feed_event_id
""")
# an entry that was not there before has a number of its own still
_LAST: Final = text("""
    UPDATE feed_head h SET last = greatest(
        :last, (SELECT max(arrival) FROM feed_event e WHERE e.citizen = h.citizen)
    )
    WHERE citizen = :citizen
""")
_READ_CATALOGUE_ANEW: Final = "UPDATE feed_position SET cursor = NULL WHERE feed = $1"


@dataclass
class Rebuilt:
    citizens: int = 0
    events: int = 0
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Events a second."""
        return self.events / self.seconds if self.seconds else 0.0


async def rebuild(database: Database) -> Rebuilt:
    """All citizens' pages. The worker reads the whole catalogue anew, beside it."""
    async with database.driver() as connection:
        await connection.execute(_READ_CATALOGUE_ANEW, TOOLS)
    done, started, slots = Rebuilt(), time.monotonic(), asyncio.Semaphore(PARALLEL)
    async with asyncio.TaskGroup() as tasks:
        async for citizens in _all_citizens(database):
            await slots.acquire()
            task = tasks.create_task(_rebuild_some(database, citizens, done))
            task.add_done_callback(lambda _: slots.release())
    done.seconds = time.monotonic() - started
    return done


async def _all_citizens(database: Database) -> AsyncIterator[Sequence[str]]:
    after = ""
    while True:
        async with database.reader() as connection:
            citizens = await queries.citizens_after(connection, after, CITIZENS_AT_ONCE)
        if not citizens:
            return
        yield citizens
        after = citizens[-1]


async def _rebuild_some(database: Database, citizens: Sequence[str], done: Rebuilt) -> None:
    async with database.session() as session:
        await session.execute(_WITH_OTHERS)
        await lock_citizens(session, *citizens)
        numbers = await queries.numbers_of(session, citizens)
        heads = await queries.heads_of(session, citizens)
        for statement in _THROW_AWAY:
            await session.execute(statement, {"citizens": citizens})
        rows = await queries.events_of(session, citizens)
        for batch in _batches(rows):
            await _apply(session, batch)
        await _restore_numbers(session, numbers, heads)
    done.citizens += len(citizens)
    done.events += len(rows)


class _Collected:
    """In a session's place: what handlers execute, to be executed for many citizens at once."""

    def __init__(self) -> None:
        self.statements: dict[Executable, list[dict[str, Any]]] = {}
        self.info: dict[str, Any] = {}  # whom handlers would wake has seen it all

    async def execute(self, statement: Executable, values: dict[str, Any]) -> None:
        self.statements.setdefault(statement, []).append(values)


def _batches(rows: Sequence[Row[Any]]) -> Iterator[list[Row[Any]]]:
    """Each citizen's first events, each one's second, and so on: a batch has no two of one citizen."""
    of_each = [list(events) for _, events in groupby(rows, key=attrgetter("citizen"))]
    for batch in zip_longest(*of_each):
        yield [row for row in batch if row is not None]


async def _apply(session: AsyncSession, batch: Sequence[Row[Any]]) -> None:
    collected = _Collected()
    for row in batch:
        await _handle(collected, row)
    for statement, values in collected.statements.items():
        await session.execute(statement, values)


async def _handle(collected: _Collected, row: Row[Any]) -> None:
    put_back = _PUT_BACK.get(row.name)
    if put_back is not None:
        await collected.execute(put_back, {"data": row.data})
        return
    event = EVENTS[row.name].model_validate(row.data)
    if isinstance(event, ToolOpened | ToolAdded | ToolRemoved):
        for statement, values in writing.own_act(event):
            await collected.execute(statement, values)
        return
    for handler in HANDLERS[type(event)]:
        await _again(handler)(collected, event, _DELIVERY)


async def _restore_numbers(session: AsyncSession, numbers: Sequence[Row[Any]], heads: Sequence[Row[Any]]) -> None:
    for statement, rows in ((_RENUMBER, numbers), (_LAST, heads)):
        if rows:
            await session.execute(statement, [dict(row._mapping) for row in rows])


def _again(handler: Any) -> Any:
    """Without keeping the event a second time."""
    return handler.__wrapped__


# handlers of events about one citizen take everything from the event
_DELIVERY: Final = Delivery(UUID(int=0), datetime.min.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC))
