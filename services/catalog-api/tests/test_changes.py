"""K6: others copy the catalogue by its change feed, gap-free and in order."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from catalog_api import queries, service
from catalog_api.participants import SEEDING
from catalog_api.schemas import ChangeFeed
from catalog_api.seeding import seed
from shared.db import Database
from shared.events.catalog import ToolDocument
from shared.paging import encode_position

FEED = "/v1/tools/changes"


async def follow(client: Any, cursor: str | None = None, limit: int = 50) -> dict[str, Any]:
    query = {"limit": limit} | ({"cursor": cursor} if cursor else {})
    response = await client.get(FEED, params=query)
    assert response.status_code == 200, response.text
    feed: dict[str, Any] = response.json()
    assert ChangeFeed.model_validate(feed).model_dump(mode="json", by_alias=True) == feed
    return feed


def steps(feed: dict[str, Any]) -> list[tuple[int, str]]:
    return [(item["sequence"], item["change"]) for item in feed["items"]]


async def test_K6_an_empty_feed_gives_a_cursor_to_go_on_from(client: Any, fill: Any, make_tool: Any) -> None:
    empty = await follow(client)
    assert (empty["items"], empty["more"]) == ([], False)
    await fill(make_tool("Ny"))
    assert steps(await follow(client, empty["nextCursor"])) == [(1, "published")]


async def test_K6_a_change_carries_the_whole_document(client: Any, fill: Any, make_tool: Any) -> None:
    tool = make_tool("Søvnskolen", en="Sleep school")
    await fill(tool)
    [item] = (await follow(client))["items"]
    assert item == {
        "sequence": 1,
        "change": "published",
        "toolId": tool["toolId"],
        "revision": 1,
        "changedAt": "2026-11-22T08:00:00.000Z",
        "tool": tool | {"revision": 1},
        "category": None,
    }
    ToolDocument.model_validate(item["tool"])


async def test_K4_K6_the_feed_tells_of_stops_and_reinstatements(
    client: Any, fill: Any, make_tool: Any, administrator: Any
) -> None:
    tool = make_tool("Søvnskolen")
    await fill(tool)
    await administrator.stop(tool, "privacy")
    await administrator.reinstate(tool)
    feed = await follow(client)
    assert steps(feed) == [(1, "published"), (2, "stopped"), (3, "reinstated")]
    first, stopped, reinstated = feed["items"]
    assert (stopped["tool"], stopped["category"]) == (None, "privacy")
    assert (reinstated["tool"], reinstated["category"]) == (first["tool"], None)
    assert "Sårbarhet" not in str(feed)


async def test_K6_the_feed_is_read_page_by_page(client: Any, fill: Any, make_tool: Any) -> None:
    await fill(*(make_tool(f"T{n}") for n in range(5)))
    pages, cursor = [], None
    for _ in range(3):
        pages.append(await follow(client, cursor, limit=2))
        cursor = pages[-1]["nextCursor"]
    assert [[item["sequence"] for item in page["items"]] for page in pages] == [[1, 2], [3, 4], [5]]
    assert [page["more"] for page in pages] == [True, True, False]
    nothing_new = await follow(client, cursor)
    assert nothing_new == {"items": [], "nextCursor": cursor, "more": False}


async def test_K6_nothing_new_is_answered_without_reading_the_feed(
    client: Any, fill: Any, make_tool: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(make_tool("Ny"))
    cursor = (await follow(client))["nextCursor"]
    await follow(client, cursor)

    async def read(*_: Any) -> Sequence[Any]:
        raise AssertionError("the feed was read")

    monkeypatch.setattr(queries, "find_changes", read)
    assert (await follow(client, cursor))["items"] == []


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("cursor=%%%", 400, "cursor-invalid"),
        ("cursor=" + encode_position("1"), 400, "cursor-invalid"),
        ("cursor=" + encode_position(-1), 400, "cursor-invalid"),
        ("cursor=" + encode_position(2**63), 400, "cursor-invalid"),
        ("cursor=" + encode_position(1, 2), 400, "cursor-invalid"),
        ("cursor=" + encode_position(7), 400, "cursor-invalid"),
        ("limit=0", 422, "invalid-input"),
        ("limit=201", 422, "invalid-input"),
        ("cursor=a%00", 400, "malformed-request"),
    ],
)
async def test_bad_input_is_refused_by_the_documented_code(client: Any, query: str, status: int, code: str) -> None:
    response = await client.get(f"{FEED}?{query}")
    assert (response.status_code, response.json()["code"]) == (status, code)


async def test_K6_a_cursor_beyond_the_feed_is_of_another_feed(client: Any, fill: Any, make_tool: Any) -> None:
    await fill(make_tool("A"), make_tool("B"))
    ahead = await client.get(FEED, params={"cursor": encode_position(3)})
    assert (ahead.status_code, ahead.json()["code"]) == (400, "cursor-invalid")
    assert (await follow(client, encode_position(2)))["items"] == []


async def test_K6_parallel_writers_leave_no_gap_and_readers_miss_nothing(
    client: Any, database: Database, clock: Any, make_tool: Any
) -> None:
    """Writers of many transactions at once, some of which fail, and a reader that only ever goes forward."""
    seen: list[int] = []
    written = asyncio.Event()

    async def write(number: int) -> None:
        if number % 5 == 4:
            with pytest.raises(RuntimeError):
                await fail_after_writing(database, make_tool(f"Feil {number}"), clock.now)
        else:
            await seed(database, [make_tool(f"T{number}")], clock.now)

    async def read() -> None:
        cursor, done = None, False
        while not done:
            done = written.is_set()
            feed = await follow(client, cursor, limit=3)
            seen.extend(item["sequence"] for item in feed["items"])
            cursor, done = feed["nextCursor"], done and not feed["more"]

    reading = asyncio.create_task(read())
    await asyncio.gather(*(write(number) for number in range(40)))
    written.set()
    await reading
    assert seen == list(range(1, 33))


async def fail_after_writing(database: Database, document: dict[str, Any], now: Any) -> None:
    async with database.session() as session:
        await queries.take_turn(session)
        await service.publish(session, ToolDocument.model_validate(document | {"revision": 1}), SEEDING, now)
        raise RuntimeError("after the write")
