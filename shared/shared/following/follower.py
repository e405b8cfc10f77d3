"""Reads a change feed on from where it last came to, every few seconds, whether events come or not.

What a copy is as good as is kept with it: `feed_position.confirmed_at` is when the reading began, by this database's
clock, that ended with the owner saying that there is nothing more. While the owner is away it stands still.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final, Generic, TypeAlias

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.connections import BATCH_STATEMENT
from shared.db import Database
from shared.following.feed import Feed, FeedRestarted, P
from shared.metrics import Metrics

# Takes in a page; as often as it comes, in whatever order with the events.
Step: TypeAlias = Callable[[AsyncSession, P], Awaitable[None]]

_POSITION: Final = "SELECT now() AS now, (SELECT cursor FROM feed_position WHERE feed = $1) AS cursor"
_KEEP: Final = text("""
    INSERT INTO feed_position AS p (feed, cursor) VALUES (:feed, :cursor)
    ON CONFLICT (feed) DO UPDATE SET cursor = excluded.cursor
""")
_CONFIRM: Final = "UPDATE feed_position SET confirmed_at = greatest(confirmed_at, $2) WHERE feed = $1"
_BEGIN_AGAIN: Final = "UPDATE feed_position SET cursor = NULL WHERE feed = $1"

_logger = structlog.get_logger(__name__)


class Follower(Generic[P]):
    """`name` is the copy's, in `feed_position` and in the measurement of its age. Each step is a transaction; the page
    counts as read with the last one's.
    """

    def __init__(
        self, database: Database, name: str, feed: Feed[P], steps: Sequence[Step[P]], metrics: Metrics
    ) -> None:
        self._database, self._name, self._feed, self._steps = database, name, feed, steps
        self._age = metrics.projection_age.labels(name)
        self._whole_at = time.monotonic()

    async def run(self, stop: asyncio.Event, seconds: float) -> None:
        while not stop.is_set():
            await self.read()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), seconds)

    async def read(self) -> None:
        """To the end, and sets the age of the copy. The events still come when it fails, and the next round tries
        again.
        """
        started = time.monotonic()
        try:
            await self._catch_up()
            self._whole_at = started
        except FeedRestarted:
            await self._begin_again()
        except Exception as error:
            _logger.warning("feed_not_read", feed=self._name, exc_info=error)
        self._age.set(time.monotonic() - self._whole_at)

    async def _catch_up(self) -> None:
        cursor, began = await self._position()
        more = True
        while more:
            page = await self._feed.read(cursor)
            if page.items or page.next_cursor != cursor:
                await self._take_in(page)
            cursor, more = page.next_cursor, page.more
        async with self._database.driver() as connection:
            await connection.execute(_CONFIRM, self._name, began)

    async def _position(self) -> tuple[str | None, datetime]:
        async with self._database.driver() as connection:
            row = await connection.fetchrow(_POSITION, self._name)
        return row["cursor"], row["now"]

    async def _take_in(self, page: P) -> None:
        *before, last = self._steps
        for step in before:
            async with self._database.session(statement_timeout=BATCH_STATEMENT) as session:
                await step(session, page)
        async with self._database.session(statement_timeout=BATCH_STATEMENT) as session:
            await last(session, page)
            await session.execute(_KEEP, {"feed": self._name, "cursor": page.next_cursor})

    async def _begin_again(self) -> None:
        _logger.warning("feed_restarted", feed=self._name)
        async with self._database.driver() as connection:
            await connection.execute(_BEGIN_AGAIN, self._name)
