"""Every look-up by number is in the log before it is answered, whatever became of it (P13)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Final
from uuid import uuid4

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from helsetilbud_api.access_log.models import LookUp, access_log
from shared.db import Database
from shared.errors import DomainError

_RECORD: Final = insert(access_log)


async def record(connection: AsyncConnection | AsyncSession, look_up: LookUp) -> None:
    await connection.execute(_RECORD, {**asdict(look_up), "entry_id": uuid4()})


@asynccontextmanager
async def logged(database: Database, session: AsyncSession, look_up: LookUp) -> AsyncIterator[None]:
    """What succeeds is logged in the session's transaction. What is refused rolls that back, and is logged by itself
    before the answer leaves.
    """
    try:
        yield
    except DomainError:
        await session.rollback()  # hands its connection back: one request never waits for a second one
        async with database.reader() as connection:
            await record(connection, look_up)
        raise
    await record(session, look_up)
