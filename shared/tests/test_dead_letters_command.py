"""The command that operators have for dead letters, beside the database of any service."""

import asyncio
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from shared.db import Database
from shared.dead_letters import main
from shared.messaging.dead_letters import keep
from shared.messaging.replays import replay_one

pytestmark = pytest.mark.rule("V4")

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Exit status, output and errors of the command."""
    monkeypatch.setenv("DATABASE_URL", database.url)

    async def command(*arguments: str) -> tuple[int, str, str]:
        status = await asyncio.to_thread(main, arguments)
        said = capsys.readouterr()
        return status, said.out, said.err

    return command  # type: ignore[return-value]


@pytest.fixture
async def letter(database: Database) -> UUID:
    async with database.driver() as connection:
        await connection.execute("DELETE FROM dead_letter")
        await keep(connection, "not an event", "invalid: document", 1)
        found: UUID = await connection.fetchval("SELECT id FROM dead_letter")
        return found


async def test_V4_it_lists_what_waits_without_saying_what_it_says(run, letter) -> None:
    status, out, _ = await run("list")
    assert (status, out.split()) == (0, [str(letter), out.split()[1], "waiting", "-", "invalid:", "document"])
    assert "not an event" not in out
    assert (await run("list", "--state", "replayed"))[1] == ""


@pytest.mark.parametrize("which", ["one", "all", "by reason"])
async def test_V4_it_has_them_replayed(run, letter, database, which) -> None:
    arguments = {"one": [str(letter)], "all": ["--all"], "by reason": ["--all", "--reason", "invalid: document"]}[which]
    status, out, _ = await run("replay", *arguments)
    assert status == 0
    assert ("1 to be handled again" in out) or (str(letter) in out)

    handled = []

    async def receive(payload: str) -> None:
        handled.append(payload)

    assert await replay_one(database, receive) is True
    assert handled == ["not an event"]
    assert "replayed" in (await run("list", "--state", "replayed"))[1]


async def test_V4_it_discards_with_a_reason_and_a_name(run, letter, database) -> None:
    status, out, _ = await run("discard", str(letter), "--reason", "Of no use", "--by", "kari")
    assert (status, "(Of no use)" in out) == (0, True)
    async with database.driver() as connection:
        kept = await connection.fetchrow("SELECT discarded_by, discard_reason FROM dead_letter")
    assert tuple(kept) == ("kari", "Of no use")
    status, _, error = await run("replay", str(letter))
    assert (status, error) == (1, "The message has been discarded.\n")


async def test_what_is_not_there_is_said(run, letter) -> None:
    assert await run("replay", str(uuid4())) == (1, "", "There is no such thing.\n")


@pytest.mark.parametrize(
    "arguments", [[], ["replay"], ["discard", str(uuid4())], ["replay", "1"], ["list", "--state", "x"]]
)
def test_what_is_not_understood_is_refused(arguments, monkeypatch) -> None:
    with pytest.raises(SystemExit):
        main(arguments)
