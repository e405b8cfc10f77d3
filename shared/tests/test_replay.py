"""Events that are sent once more, for a consumer whose database was put back to an earlier time."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from shared import outbox, replay
from shared.db import Database
from shared.events import LevelChanged

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.fixture
async def sent(database: Database) -> Database:
    """Three events, an hour between them, all sent; the last in the hour before eight."""
    async with database.session() as session:
        for version in (1, 2, 3):
            event = LevelChanged(citizen="k1-a", version=version, changed_at=NOW, level="full")
            await outbox.add(session, event, NOW)
    async with database.driver() as connection:
        await connection.execute(
            """
            UPDATE outbox SET sent_at = now(),
            created_at = $1::timestamptz + (payload #>> '{data,version}')::int * interval '1 hour'
            """,
            NOW - timedelta(hours=3, minutes=30),
        )
    return database


async def waiting(database: Database) -> list[int]:
    async with database.driver() as connection:
        sql = "SELECT (payload #>> '{data,version}')::int FROM outbox WHERE sent_at IS NULL ORDER BY 1"
        return [row[0] for row in await connection.fetch(sql)]


async def test_what_was_made_in_the_time_waits_to_be_sent(sent: Database) -> None:
    count = await replay.send_again(sent, NOW - timedelta(hours=2), NOW - timedelta(hours=1))
    assert (count, await waiting(sent)) == (1, [2])


async def test_more_than_one_batch(sent: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "BATCH", 2)
    assert await replay.send_again(sent, NOW - timedelta(days=1), NOW) == 3
    assert await waiting(sent) == [1, 2, 3]


async def test_only_events_of_a_name(sent: Database) -> None:
    since, until = NOW - timedelta(days=1), NOW
    assert await replay.send_again(sent, since, until, ["prescription.tool-prescribed.v1"]) == 0
    assert await replay.send_again(sent, since, until, ["consent.level-changed.v1"]) == 3


def test_the_command_wants_to_know_which_time_is_meant(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        replay.main(["--since", "2026-11-22T07:00:00"])
    assert "a time needs its offset" in capsys.readouterr().err


async def test_the_command_says_how_many(
    sent: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", sent.url)
    await asyncio.to_thread(replay.main, ["--since", "2026-11-22T07:00:00Z"])
    assert capsys.readouterr().out == "1 events are sent once more\n"
    assert await waiting(sent) == [3]
