"""The catalogue read from its owner, with no broker there (K4, K6)."""

import asyncio
import time
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import respx

from devkit.testing.tokens import HELSEID
from helsetilbud_api.citizen.following import follow_tools
from helsetilbud_api.clients.catalog import tool_feed
from shared.auth.client import HelseIdClient
from shared.metrics import Metrics

FEED = "http://catalog.test/v1/tools/changes"


class ChangeFeed:
    """catalog-api's, as its contract says."""

    def __init__(self, others: Any, router: respx.MockRouter) -> None:
        self.others, self.changes, self.asked = others, [], []
        self.away = False
        router.get(FEED).mock(side_effect=self.answer)

    def add(self, change: str, tool_id: UUID, **given: Any) -> None:
        sequence = len(self.changes) + 1
        document = self.others.document(tool_id).model_dump(mode="json", by_alias=True)
        item = {
            "sequence": sequence,
            "change": change,
            "toolId": str(tool_id),
            "revision": 1,
            "changedAt": self.others.clock.written,
            "tool": None if change == "stopped" else document,
            "category": "security" if change == "stopped" else None,
        }
        self.changes.append(item | given)

    def answer(self, request: httpx.Request) -> httpx.Response:
        assert request.headers["Authorization"] == "DPoP ours"  # restricted tools are read as well (K5)
        if self.away:
            return httpx.Response(503)
        cursor = request.url.params.get("cursor")
        self.asked.append(cursor)
        after = int(cursor or 0)
        page = self.changes[after : after + 2]
        last = page[-1]["sequence"] if page else after
        more = len(self.changes) > last
        return httpx.Response(200, json={"items": page, "nextCursor": str(last), "more": more})


@pytest.fixture
async def feed(others: Any) -> Any:
    with respx.mock(assert_all_called=False) as router:
        discovered = {"token_endpoint": f"{HELSEID}/connect/token"}
        router.get(f"{HELSEID}/.well-known/openid-configuration").respond(json=discovered)
        router.post(f"{HELSEID}/connect/token").respond(json={"access_token": "ours", "expires_in": 600})
        yield ChangeFeed(others, router)


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
async def follower(database: Any, metrics: Metrics, settings: Any) -> Any:
    async with httpx.AsyncClient() as http:
        helseid = HelseIdClient.from_settings(settings, http, timeout=30)
        yield follow_tools(database, tool_feed("http://catalog.test/", helseid), metrics)


def age(metrics: Metrics) -> float:
    return metrics.registry.get_sample_value("projection_age_seconds", {"projection": "tools"}) or 0.0


async def test_K4_a_tool_stopped_while_the_broker_is_away_is_stopped_here(
    kari: Any, others: Any, prescribed: Any, tool: UUID, feed: ChangeFeed, follower: Any, clock: Any
) -> None:
    clock.go(minutes=1)
    feed.add("published", tool)
    feed.add("stopped", tool)
    await follower.read()
    assert (await kari.open(tool)).json()["code"] == "tool-withdrawn"
    await others.tell(others.stopped(tool))  # the event, when the broker is back
    entries = await kari.feed()
    assert [entry["kind"] for entry in entries] == ["tool-withdrawn", "tool-prescribed"]
    clock.go(minutes=1)
    feed.add("reinstated", tool)
    await follower.read()
    clock.go(minutes=1)
    assert (await kari.open(tool)).status_code == 200
    assert [entry["kind"] for entry in await kari.feed()][:2] == ["tool-opened", "tool-reinstated"]


async def test_K6_the_feed_is_read_page_by_page_and_on_from_there(
    feed: ChangeFeed, follower: Any, clock: Any, rows: Any
) -> None:
    tools = [uuid4() for _ in range(5)]
    for tool in tools:
        feed.add("published", tool)
    await follower.read()
    assert feed.asked == [None, "2", "4"]
    feed.add("updated", tools[0], revision=2)
    await follower.read()
    assert feed.asked[3:] == ["5"]
    found = await rows("SELECT tool_id, sequence FROM tool_copy")
    assert {row["tool_id"]: row["sequence"] for row in found} == {t: i for i, t in enumerate(tools, 1)} | {tools[0]: 6}


@pytest.mark.rule("K6")
async def test_K6_what_the_events_have_told_already_changes_nothing(
    kari: Any, others: Any, tool: UUID, feed: ChangeFeed, follower: Any, clock: Any
) -> None:
    await others.tell(
        others.prescribed(kari, tool), others.published(tool), others.published(tool, 2, name="Nytt navn")
    )
    feed.add("published", tool)
    await follower.read()
    assert [mine["name"] for mine in await kari.tools()] == ["Nytt navn"]


async def test_a_catalogue_that_is_away_is_asked_again_and_the_age_shows_it(
    feed: ChangeFeed, follower: Any, metrics: Metrics, clock: Any, rows: Any
) -> None:
    feed.add("published", uuid4())
    await follower.read()
    whole = age(metrics)
    feed.away = True
    await asyncio.sleep(0.05)
    await follower.read()
    assert age(metrics) > whole + 0.04
    feed.away = False
    feed.add("published", uuid4())
    began = time.monotonic()
    await follower.read()
    assert age(metrics) <= time.monotonic() - began
    assert len(await rows("SELECT * FROM tool_copy")) == 2


async def test_a_page_that_cannot_be_read_is_not_passed_over(
    feed: ChangeFeed, follower: Any, clock: Any, rows: Any
) -> None:
    feed.add("published", uuid4())
    feed.changes[0]["tool"] = {"toolId": "?"}
    await follower.read()
    assert await rows("SELECT cursor FROM feed_position WHERE feed = 'tools'") == [{"cursor": None}]
    feed.changes.clear()
    feed.add("published", uuid4())
    await follower.read()
    assert len(await rows("SELECT * FROM tool_copy")) == 1


async def test_K4_the_worker_reads_the_catalogue_by_itself(
    settings: Any, working: Any, until: Any, feed: ChangeFeed, kari: Any, prescribed: Any, tool: UUID
) -> None:
    async def refused() -> bool:
        return (await kari.open(tool)).status_code == 410

    async with working(settings.model_copy(update={"reconcile_seconds": 0.05})):
        feed.add("published", tool)
        feed.add("stopped", tool)
        await until(refused)
