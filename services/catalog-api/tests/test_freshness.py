"""K4: how long a replica may give an answer again. The other tests ask the database at every read; these do not."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from catalog_api import queries
from catalog_api.answers import Answer, Answers, Newest
from catalog_api.listing import service as listing

HOST = "https://catalog.test"
PAUSE = 0.2


@pytest.fixture
async def replica(
    make_app: Callable[..., FastAPI], database: Any, request: pytest.FixtureRequest
) -> AsyncIterator[httpx.AsyncClient]:
    """Another process on the same database, with a pause between its questions."""
    async with AsyncExitStack() as stack:
        app = make_app(catalogue_check_seconds=getattr(request, "param", PAUSE))
        await stack.enter_async_context(app.router.lifespan_context(app))
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOST)
        yield await stack.enter_async_context(client)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The name of each query that was made, in order."""
    made: list[str] = []

    def counted(module: Any, name: str) -> Any:
        query = getattr(module, name)

        async def count(*arguments: Any) -> Any:
            made.append(name)
            return await query(*arguments)

        return count

    for module, name in ((queries, "find_tool"), (queries, "find_changes"), (listing, "list_tools")):
        monkeypatch.setattr(module, name, counted(module, name))
    return made


async def test_K4_a_tool_stopped_by_one_replica_is_gone_from_the_others_within_a_second(
    replica: Any, administrator: Any, fill: Any, make_tool: Any
) -> None:
    tool = make_tool("Søvnskolen")
    await fill(tool)
    path = f"/v1/tools/{tool['toolId']}"
    assert (await replica.get(path)).status_code == 200
    await administrator.stop(tool)
    stopped_at = time.monotonic()
    asked_at = stopped_at
    while (await replica.get(path)).status_code != 410:
        # whoever asks later than that is told, however slow the machine is to tell
        assert asked_at - stopped_at < 1
        await asyncio.sleep(0.01)
        asked_at = time.monotonic()
    assert (await replica.get("/v1/tools")).json()["items"] == []


@pytest.mark.parametrize("replica", [1.0], indirect=True, ids=["a pause longer than the test"])
async def test_K4_the_replica_that_stopped_it_knows_at_once(
    replica: Any, fill: Any, make_tool: Any, helseid: Any, clock: Any, administrator: Any
) -> None:
    tool = make_tool("Søvnskolen")
    await fill(tool)
    path = f"/v1/tools/{tool['toolId']}"
    assert (await replica.get(path)).status_code == 200
    own = type(administrator)(replica, helseid, clock)
    assert (await own.stop(tool)).status_code == 200
    assert (await replica.get(path)).status_code == 410
    assert (await own.reinstate(tool)).status_code == 200
    assert (await replica.get(path)).status_code == 200


async def test_an_answer_is_made_once_while_nothing_changes(
    replica: Any, fill: Any, make_tool: Any, reads: list[str]
) -> None:
    await fill(make_tool("Søvnskolen"))
    answers = [await replica.get("/v1/tools?q=søvn") for _ in range(5)]
    assert reads == ["list_tools"]
    assert len({answer.content for answer in answers}) == 1
    # what belongs to one request does not stick to the kept answer
    assert len({answer.headers["nhn-event-id"] for answer in answers}) == 5
    await asyncio.sleep(PAUSE)
    await replica.get("/v1/tools?q=søvn")
    assert reads == ["list_tools"]


async def test_an_answer_is_kept_for_its_query_and_language_only(
    replica: Any, fill: Any, make_tool: Any, reads: list[str]
) -> None:
    await fill(make_tool("Søvn", en="Sleep"), make_tool("Kreft"))
    for _ in range(2):
        shown = [
            (await replica.get(f"/v1/tools{query}", headers={"Accept-Language": language})).json()["items"]
            for query in ("", "?q=søvn")
            for language in ("nb", "en")
        ]
        names = [[item["name"] for item in items] for items in shown]
        assert names == [["Kreft", "Søvn"], ["Kreft", "Sleep"], ["Søvn"], ["Sleep"]]
    assert len(reads) == 4


async def test_a_refusal_is_never_kept(replica: Any, fill: Any, make_tool: Any) -> None:
    tool = make_tool("Kommer snart")
    path = f"/v1/tools/{tool['toolId']}"
    assert (await replica.get(path)).status_code == 404
    await fill(tool)
    assert (await replica.get(path)).status_code == 200


async def test_K4_nothing_is_answered_from_memory_while_the_database_is_away(
    make_app: Callable[..., FastAPI], database: Any, fill: Any, make_tool: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(make_tool("Søvnskolen"))
    app = make_app()
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOST) as client,
    ):
        assert (await client.get("/v1/tools")).status_code == 200

        def refuse() -> None:
            raise ConnectionRefusedError

        monkeypatch.setattr(app.state.database, "reader", refuse)
        away = await client.get("/v1/tools")
        assert (away.status_code, away.json()["code"]) == (503, "unavailable")
        assert away.headers["retry-after"]
        assert (await client.get("/v1/code-lists")).status_code == 200


class StandStill(Newest):
    """A catalogue that changes when the test says so."""

    def __init__(self) -> None:
        self.at = 1

    async def stand(self) -> queries.Stand:
        return self.at, None


def answer(size: int) -> Answer:
    return Answer(b"x" * size, {"etag": '"x"'})


async def test_K4_an_answer_made_while_the_catalogue_changed_is_not_kept() -> None:
    newest = StandStill()
    answers = Answers(newest)
    key = ("/v1/tools", b"", "nb")
    before, _ = await answers.find(key)
    newest.at = 2
    await answers.find(("/v1/tools", b"q=a", "nb"))
    answers.keep(before, key, answer(10))
    assert await answers.find(key) == ((2, None), None)


async def test_memory_is_bounded_and_what_is_used_stays() -> None:
    answers = Answers(StandStill(), max_bytes=10 * 2048)
    keys = [("/v1/tools", str(n).encode(), "nb") for n in range(100)]
    stand, _ = await answers.find(keys[0])
    for key in keys:
        answers.keep(stand, key, answer(1024))
        await answers.find(keys[0])
    kept = [key for key in keys if (await answers.find(key))[1]]
    assert kept == [keys[0], *keys[-9:]]


@pytest.mark.parametrize("name", ["If-None-Match", "Accept-Language"])
async def test_what_is_answered_from_memory_refuses_what_the_contract_refuses(client: Any, name: str) -> None:
    for _ in range(2):
        assert (await client.get("/v1/tools", headers={name: "x" * 500})).status_code == 200
        refused = await client.get("/v1/tools", headers={name: "x" * 501})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, f"/header/{name}")
