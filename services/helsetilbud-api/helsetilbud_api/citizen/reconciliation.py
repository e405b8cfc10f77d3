"""The catalogue read from its owner every few seconds: a stopped tool is stopped here within 10 s with the broker down
(K4, K6).
"""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import structlog

from helsetilbud_api.citizen import queries, writing
from helsetilbud_api.citizen.models import Kind
from helsetilbud_api.clients.catalog import Catalogue, Change, Changes
from shared.db import Database
from shared.messaging.delivery import utc_now
from shared.metrics import Metrics

# changes that those who have the tool are told about
_TOLD: Final[dict[str, Kind]] = {"stopped": "tool-withdrawn", "reinstated": "tool-reinstated"}

_logger = structlog.get_logger(__name__)


class Reconciliation:
    def __init__(self, database: Database, catalogue: Catalogue, metrics: Metrics) -> None:
        self._database = database
        self._catalogue = catalogue
        self._age = metrics.projection_age.labels("tools")
        self._whole_at = time.monotonic()

    async def run(self, stop: asyncio.Event, seconds: float) -> None:
        while not stop.is_set():
            await self.read(utc_now())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), seconds)

    async def read(self, now: datetime) -> None:
        """Reads on from where it last came to, and sets the age of the copy."""
        started = time.monotonic()
        try:
            await self._catch_up(now)
            self._whole_at = started
        except Exception as error:  # the events still come, and the next round tries again
            _logger.warning("catalogue_not_read", exc_info=error)
        self._age.set(time.monotonic() - self._whole_at)

    async def _catch_up(self, now: datetime) -> None:
        async with self._database.reader() as connection:
            cursor = await queries.catalogue_cursor(connection)
        async for page in self._catalogue.changes_since(cursor):
            if page.items:
                await self._apply(page.items)
                await self._tell(page, now)

    async def _apply(self, changes: Sequence[Change]) -> None:
        async with self._database.session() as session:
            for change in changes:
                if change.change == "stopped":
                    await writing.apply_stop(session, change.sequence, change.tool_id, change.category)
                elif change.tool:
                    await writing.apply_tool(session, change.sequence, change.tool)

    async def _tell(self, page: Changes, now: datetime) -> None:
        """After the copies are right, because thousands may have to be told; the page counts as read when they are."""
        async with self._database.session() as session:
            for change in page.items:
                if kind := _TOLD.get(change.change):
                    at = change.changed_at
                    await writing.tell_everybody(session, kind, change.tool_id, change.sequence, at)
            await writing.keep_position(session, page.next_cursor, now)
