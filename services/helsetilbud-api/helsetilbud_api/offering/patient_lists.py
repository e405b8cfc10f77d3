"""Whose list each citizen is on, copied from the register of GPs every few seconds.

The register knows patients by national identity number, a citizen's token is known here by citizen reference. The
number becomes a reference as it arrives, in memory, and is forgotten (I1). So a panel is read without asking anybody.
"""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import structlog

from helsetilbud_api.clients.gp_register import GpRegister, ListChange
from helsetilbud_api.offering import queries, writing
from shared.citizenref import CitizenReferences
from shared.connections import BATCH_STATEMENT
from shared.db import Database
from shared.errors import DomainError
from shared.messaging.delivery import utc_now
from shared.metrics import Metrics
from shared.nationalid import NationalId

_COPY: Final = "patient-lists"

_logger = structlog.get_logger(__name__)


class PatientLists:
    def __init__(
        self,
        database: Database,
        register: GpRegister,
        references: CitizenReferences,
        metrics: Metrics,
        *,
        allow_synthetic: bool,
    ) -> None:
        self._database = database
        self._register = register
        self._references = references
        self._allow_synthetic = allow_synthetic
        self._age = metrics.projection_age.labels(_COPY)
        self._whole_at = time.monotonic()

    async def run(self, stop: asyncio.Event, seconds: float, *, after_failure: float = 2.0) -> None:
        """Sooner again after a failure: before the first reading no panel can be shown."""
        while not stop.is_set():
            whole = await self.read(utc_now())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), seconds if whole else min(seconds, after_failure))

    async def read(self, now: datetime) -> bool:
        """Reads on from where it last came to, and sets the age of the copy. Whether it came to the end."""
        started = time.monotonic()
        try:
            await self._catch_up(now)
            self._whole_at = started
        except Exception as error:  # what is known still holds, and the next round tries again
            _logger.warning("patient_lists_not_read", exc_info=error)
        self._age.set(time.monotonic() - self._whole_at)
        return self._whole_at == started

    async def _catch_up(self, now: datetime) -> None:
        async with self._database.reader() as connection:
            cursor = await queries.patient_lists_cursor(connection)
        async for page in self._register.list_changes_since(cursor):
            rows = self._rows(page.items)
            async with self._database.session(statement_timeout=BATCH_STATEMENT) as session:
                if rows:
                    await writing.move_patients(session, rows)
                await writing.keep_position(session, page.next_cursor, now)

    def _rows(self, changes: Sequence[ListChange]) -> list[dict[str, Any]]:
        rows = []
        for change in changes:
            try:
                number = NationalId.parse(change.national_id, allow_synthetic=self._allow_synthetic)
            except DomainError as error:
                _logger.warning("patient_passed_over", sequence=change.sequence, reason=error.code)
                continue
            row = change.model_dump(include={"hpr_number", "her_id", "sequence"})
            rows.append(row | {"citizen": self._references.of(number)})
        return rows
