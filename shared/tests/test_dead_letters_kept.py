"""Dead letters while the database is away."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest

from shared.db import Database
from shared.messaging import amqp


class AwayForAWhile(Database):
    refusals = 3

    @asynccontextmanager
    async def driver(self) -> AsyncIterator[asyncpg.Connection]:
        if self.refusals:
            self.refusals -= 1
            raise ConnectionRefusedError
        async with super().driver() as connection:
            yield connection


class Letter:
    body = b"of no use"
    headers: dict[str, Any] = {amqp.REASON: "it was of no use"}  # noqa: RUF012 - read only

    def __init__(self) -> None:
        self.ends: list[str] = []

    async def ack(self) -> None:
        self.ends.append("ack")

    async def nack(self, requeue: bool) -> None:
        self.ends.append("nack")


@pytest.fixture
async def away(database: Database) -> AsyncIterator[AwayForAWhile]:
    away = AwayForAWhile(database.url)
    yield away
    await away.close()


async def test_V4_a_dead_letter_is_held_while_the_database_is_away(
    database: Database, away: AwayForAWhile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given back again and again it would be dropped by RabbitMQ 4, whose queues have a delivery limit of 20."""
    monkeypatch.setattr(amqp, "DEAD_LETTER_PAUSE", 0.01)
    letter, channel = Letter(), SimpleNamespace(is_closed=False)
    await amqp._AmqpConsumer("test", channel, lambda _: None, away).on_dead_letter(letter)  # type: ignore[arg-type]
    assert letter.ends == ["ack"]
    async with database.driver() as connection:
        assert await connection.fetchval("SELECT reason FROM dead_letter") == "it was of no use"
