"""Who sees tools that are for named organisations only (K5)."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from catalog_api import queries, service
from catalog_api.audience import ANYONE, Audience
from catalog_api.participants import SEEDING
from devkit.testing.tokens import DPoPAuth, ProofKey
from shared.auth import HelseIdToken
from shared.auth.claims import ORGANISATION_CHILD
from shared.events.catalog import ToolDocument

AUDIENCE = "nhn:verktoykatalog"
OWN, PARENT, OTHER = "999977781", "999977782", "999977783"
SUPPLIER, HEALTH_BODY = "999977774", "999977775"
READ, COPY = "nhn:verktoykatalog/read", "nhn:verktoykatalog/copy"
Read = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
def read(client: httpx.AsyncClient, helseid: Any, clock: Any) -> Read:
    """As a system of the organisation; as nobody without one."""
    key = ProofKey()

    async def read(
        path: str, organisation: str | None = None, scope: str = READ, child: str | None = None
    ) -> httpx.Response:
        if organisation is None:
            return await client.get(path)
        below = {ORGANISATION_CHILD: child} if child else None
        issued = helseid.machine_token(AUDIENCE, scope, key.thumbprint, organisation=organisation, claims=below)
        return await client.get(path, auth=DPoPAuth(issued, key, clock=clock))

    return read


@pytest.fixture
async def restricted(fill: Any, make_tool: Any) -> dict[str, Any]:
    tool: dict[str, Any] = make_tool("For få", national=False, organisations=[OWN])
    await fill(make_tool("For alle"), tool)
    return tool


@pytest.mark.parametrize(
    ("reader", "sees"),
    [
        ({}, False),
        ({"organisation": OWN}, True),
        ({"organisation": PARENT, "child": OWN}, True),
        ({"organisation": PARENT}, False),
        ({"organisation": OTHER}, False),
        ({"organisation": SUPPLIER}, True),
        ({"organisation": HEALTH_BODY}, True),
        ({"organisation": OTHER, "scope": COPY}, True),
        ({"organisation": OTHER, "scope": "nhn:verktoykatalog/supplier"}, False),
    ],
)
async def test_K5_a_restricted_tool_is_shown_to_those_it_is_for(
    read: Read, restricted: Any, reader: Any, sees: bool
) -> None:
    listed = (await read("/v1/tools?facets=true", **reader)).json()
    assert [item["name"] for item in listed["items"]] == ["For alle"] + ["For få"] * sees
    assert [value["count"] for value in listed["facets"]["national"]] == [1, int(sees)]
    assert len((await read("/v1/tools?q=få", **reader)).json()["items"]) == int(sees)
    assert (await read(f"/v1/tools/{restricted['toolId']}", **reader)).status_code == (200 if sees else 404)
    changes = (await read("/v1/tools/changes", **reader)).json()["items"]
    assert (restricted["toolId"] in {item["toolId"] for item in changes}) is sees


async def test_K4_K5_a_stopped_restricted_tool_is_unknown_to_others(
    read: Read, restricted: Any, administrator: Any
) -> None:
    await administrator.stop(restricted)
    path = f"/v1/tools/{restricted['toolId']}"
    assert (await read(path)).status_code == 404
    assert (await read(path, OTHER)).status_code == 404
    assert (await read(path, OWN)).status_code == 410
    assert len((await read("/v1/tools/changes")).json()["items"]) == 1
    assert [item["change"] for item in (await read("/v1/tools/changes", OWN)).json()["items"]] == [
        "published",
        "published",
        "stopped",
    ]


async def test_K5_an_answer_for_one_reader_is_kept_by_nobody_else(read: Read, restricted: Any) -> None:
    path = f"/v1/tools/{restricted['toolId']}"
    for _ in range(2):  # a ready answer of the one must not reach the other
        own = await read("/v1/tools", OWN)
        anyone = await read("/v1/tools")
        assert len(own.json()["items"]) == 2
        assert len(anyone.json()["items"]) == 1
        assert (await read(path, OWN)).status_code == 200
        assert (await read(path)).status_code == 404
    assert own.headers["cache-control"] == "private, no-cache"
    assert anyone.headers["cache-control"].startswith("public")
    assert "Authorization" in own.headers["vary"]
    assert "Authorization" in anyone.headers["vary"]
    assert own.headers["etag"] != anyone.headers["etag"]


async def test_K5_the_entity_tag_is_of_what_the_reader_sees(
    client: httpx.AsyncClient, read: Read, restricted: Any, helseid: Any, clock: Any
) -> None:
    tag = {"If-None-Match": (await read("/v1/tools", OWN)).headers["etag"]}
    assert (await client.get("/v1/tools", headers=tag)).status_code == 200
    key = ProofKey()
    token = helseid.machine_token(AUDIENCE, READ, key.thumbprint, organisation=OWN)
    answer = await client.get("/v1/tools", headers=tag, auth=DPoPAuth(token, key, clock=clock))
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["cache-control"] == "private, no-cache"


async def test_K5_a_token_that_is_shown_must_hold(client: httpx.AsyncClient, restricted: Any, helseid: Any) -> None:
    key = ProofKey()
    token = helseid.machine_token("nhn:varsling", READ, key.thumbprint, organisation=OWN)
    for authorization in (f"Bearer {token}", "DPoP nonsense", f"DPoP {token}"):
        answer = await client.get("/v1/tools", headers={"Authorization": authorization})
        assert answer.status_code == 401
        assert "WWW-Authenticate" in answer.headers


class Revisions:
    """A tool's later revisions, published as they are approved."""

    def __init__(self, database: Any, clock: Any, tool: dict[str, Any]) -> None:
        self.database, self.clock = database, clock
        self.document = ToolDocument.model_validate(tool | {"revision": 1})

    async def publish(self, **changed: Any) -> None:
        values = changed | {"revision": self.document.revision + 1}
        self.document = self.document.model_copy(update=values)
        document, now = self.document, self.clock.now
        async with self.database.session() as session:
            await queries.take_turn(session)
            await service.publish(session, document, SEEDING, now)


@pytest.fixture
async def revisions(database: Any, clock: Any, fill: Any, make_tool: Any) -> Revisions:
    tool = make_tool("Søvnskolen")
    await fill(tool)
    return Revisions(database, clock, tool)


async def test_K5_K6_a_tool_that_is_restricted_later_is_stopped_to_those_it_is_no_longer_for(
    read: Read, revisions: Revisions
) -> None:
    await revisions.publish(national=False, organisations=[OWN])
    await revisions.publish(minimum_age=18)
    seen = [(c["change"], c["category"], c["tool"] is None) for c in (await read("/v1/tools/changes")).json()["items"]]
    assert seen == [("published", None, False), ("stopped", None, True)]
    own = (await read("/v1/tools/changes", OWN)).json()["items"]
    assert [(c["change"], c["revision"]) for c in own] == [("published", 1), ("updated", 2), ("updated", 3)]
    await revisions.publish(national=True, organisations=[])
    last = (await read("/v1/tools/changes")).json()["items"][-1]
    assert (last["change"], last["revision"], last["tool"]["national"]) == ("updated", 4, True)


async def test_K6_a_page_of_the_feed_is_filled_with_what_the_reader_may_see(
    read: Read, fill: Any, make_tool: Any
) -> None:
    for number in range(12):
        await fill(make_tool(f"Verktøy {number}", national=number % 4 == 0, organisations=[OWN]))
    seen, path = [], "/v1/tools/changes?limit=2"
    while True:
        page = (await read(path)).json()
        seen += [item["sequence"] for item in page["items"]]
        path = f"/v1/tools/changes?limit=2&cursor={page['nextCursor']}"
        if not page["more"]:
            break
    assert seen == [1, 5, 9]
    assert (await read(path)).json()["items"] == []


def test_K5_the_organisations_of_an_audience_are_those_of_the_token() -> None:
    token = HelseIdToken("c", frozenset(), "k", None, None, None, None, OWN, PARENT)
    assert Audience.of(token) == Audience((OWN, PARENT))
    assert Audience.of(replace(token, organisation=None, organisation_child=None)) == ANYONE == Audience.of(None)
    assert not ANYONE.includes(False, [OWN])
