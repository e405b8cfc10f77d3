"""The catalogue read from its owner every few seconds: a stopped tool is refused here within 10 s with the broker
down (K4, K6).
"""

import asyncio
import contextlib
import time
from datetime import datetime

import structlog

from prescription_api import handlers, queries
from prescription_api.clients.catalog import Catalogue, Changes
from shared.db import Database
from shared.messaging.delivery import utc_now
from shared.metrics import Metrics

_logger = structlog.get_logger(__name__)


class Reconciliation:
    def __init__(self, database: Database, catalogue: Catalogue, metrics: Metrics) -> None:
        self._database = database
        self._catalogue = catalogue
        self._metrics = metrics
        self._whole_at = time.monotonic()

    async def run(self, stop: asyncio.Event, seconds: float) -> None:
        while not stop.is_set():
            try:
                await self.catch_up(utc_now())
                self._whole_at = time.monotonic()
            except Exception as error:  # the events still come, and the next round tries again
                _logger.warning("catalogue_not_read", exc_info=error)
            self._metrics.projection_age.labels("tools").set(time.monotonic() - self._whole_at)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), seconds)

    async def catch_up(self, now: datetime) -> None:
        """Reads on from where it last came to, page by page, until nothing is left."""
        async with self._database.reader() as connection:
            cursor = await queries.catalogue_cursor(connection)
        while True:
            page = await self._catalogue.changes_since(cursor)
            if page.items or cursor is None:
                await self._apply(page, now)
            cursor = page.next_cursor
            if not page.more:
                return

    async def _apply(self, page: Changes, now: datetime) -> None:
        async with self._database.session() as session:
            for change in page.items:
                if change.tool is None:
                    await handlers.apply_stop(session, change.sequence, change.tool_id, change.category)
                else:
                    await handlers.apply_tool(session, change.sequence, change.tool)
            await handlers.keep_position(session, page.next_cursor, now)
