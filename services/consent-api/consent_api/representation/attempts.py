"""Attempts at giving power of attorney, in the access log of both, whatever became of them (P13)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from consent_api.access_log.models import Call
from consent_api.access_log.writing import write
from consent_api.errors import PersonRegisterUnavailable
from shared.db import Database
from shared.errors import DomainError


@dataclass(frozen=True, slots=True)
class Attempt:
    """`giver` and `holder` are citizen references; that of the holder may be nobody's."""

    giver: str
    holder: str
    at: datetime

    @asynccontextmanager
    async def logged(self, database: Database, session: AsyncSession) -> AsyncIterator[None]:
        """What succeeds is logged in the session's transaction. What is refused rolls that back, and is logged by
        itself before the answer leaves; nothing is when nobody was asked.
        """
        try:
            yield
        except PersonRegisterUnavailable:
            raise
        except DomainError:
            await session.rollback()  # hands its connection back: one request never waits for a second one
            async with database.driver() as connection:
                await self._write(connection, allowed=False)
            raise
        connection = await (await session.connection()).get_raw_connection()
        await self._write(connection.driver_connection, allowed=True)

    async def _write(self, connection: Any, *, allowed: bool) -> None:
        call = Call(
            kind="representation",
            at=self.at,
            actor=self.holder,
            represented=self.giver,
            relation="power-of-attorney",
            allowed=allowed,
        )
        await write(connection, call, list({self.giver, self.holder}))
