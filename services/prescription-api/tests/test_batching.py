"""Questions that come at the same time (docs/decisions/0010)."""

import asyncio
from collections.abc import Mapping

import pytest

from prescription_api.clients.batching import Batcher


class Register:
    """Answers when it is let."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.let = asyncio.Semaphore(0)

    async def ask(self, questions: list[str]) -> Mapping[str, str]:
        self.calls.append(questions)
        await self.let.acquire()
        if "down" in questions:
            raise ConnectionError("down")
        return {question: question.upper() for question in questions if question != "nobody"}

    async def called(self, times: int) -> None:
        async with asyncio.timeout(10):
            while len(self.calls) < times:  # noqa: ASYNC110 - what is waited for is another task's doing
                await asyncio.sleep(0)


@pytest.fixture
def register() -> Register:
    return Register()


@pytest.fixture
def batcher(register: Register) -> Batcher[str, str]:
    return Batcher(register.ask, largest=3)


async def test_an_idle_client_asks_at_once_and_the_next_ones_go_together(
    register: Register, batcher: Batcher[str, str]
) -> None:
    first = asyncio.create_task(batcher.ask("a"))
    await register.called(1)
    others = [asyncio.create_task(batcher.ask(question)) for question in ("b", "c", "b", "nobody")]
    await asyncio.sleep(0)
    for _ in range(3):
        register.let.release()
    assert await first == "A"
    assert await asyncio.gather(*others) == ["B", "C", "B", None]
    assert register.calls == [["a"], ["b", "c"], ["nobody"]]


async def test_after_questions_that_came_together_the_next_ones_gather_for_a_moment(
    register: Register, batcher: Batcher[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("prescription_api.clients.batching._GATHERING", 0.2)
    for _ in range(3):
        register.let.release()
    await asyncio.gather(batcher.ask("a"), batcher.ask("b"))
    c = asyncio.create_task(batcher.ask("c"))
    for _ in range(10):
        await asyncio.sleep(0)
    assert register.calls == [["a", "b"]]
    assert await asyncio.gather(batcher.ask("d"), c) == ["D", "C"]
    assert register.calls == [["a", "b"], ["c", "d"]]


async def test_a_failed_call_fails_for_everyone_in_it_and_for_nobody_else(
    register: Register, batcher: Batcher[str, str]
) -> None:
    register.let.release()
    register.let.release()
    asked = [asyncio.create_task(batcher.ask(question)) for question in ("a", "down", "b", "c")]
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(one) for one in found[:3]] == [ConnectionError] * 3
    assert found[3] == "C"


async def test_who_has_given_up_before_their_turn_is_not_asked_for(
    register: Register, batcher: Batcher[str, str]
) -> None:
    first = asyncio.create_task(batcher.ask("a"))
    await register.called(1)
    given_up, waiting = asyncio.create_task(batcher.ask("b")), asyncio.create_task(batcher.ask("c"))
    await asyncio.sleep(0)
    given_up.cancel()
    for _ in range(2):
        register.let.release()
    assert (await first, await waiting) == ("A", "C")
    assert register.calls == [["a"], ["c"]]
