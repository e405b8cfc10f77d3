"""Acting for a citizen on their pages: asked about on every request, and narrowed for parents of the young (S5)."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

ID = "0a7e4b1c-5d2f-4c3a-9b8e-6f1d2c3b4a59"
OPERATIONS = [
    ("GET", "/v1/me/tools", "read", False),
    ("GET", f"/v1/me/tools/{ID}", "read", False),
    ("DELETE", f"/v1/me/tools/{ID}", "change", False),
    ("POST", f"/v1/me/tools/{ID}/open", "change", False),
    ("GET", "/v1/me/feed", "read", False),
    ("GET", "/v1/me/history", "read", False),
    ("GET", f"/v1/me/feed/{ID}", "read", False),
    ("GET", "/v1/me/feed/stream", "read", False),
    ("GET", "/v1/me/available-tools", "read", True),
    ("GET", "/v1/me/gp-panel", "read", False),
]
YOUNG = date(2012, 6, 1)
FOR_BOTH = {"representative_may_use": True, "target_groups": ["young"]}


@pytest.fixture
def young(caller: Any) -> Any:
    return caller(YOUNG)


@pytest.fixture
def mother(caller: Any, young: Any) -> Any:
    return caller(date(1988, 2, 2), represents=young.number, relation="parent")


@pytest.fixture
async def both_tools(others: Any, young: Any, representations: Any) -> tuple[UUID, UUID]:
    """One prescribed to the young person, one that they have added."""
    one, other = uuid4(), uuid4()
    await others.tell(others.published(one, representative_may_use=True), others.prescribed(young, one))
    await others.tell(others.published(other, prescription_required=False, **FOR_BOTH))
    representations.allow(narrowed=True)
    assert (await young.add(other)).status_code == 201
    return one, other


@pytest.mark.parametrize(("method", "path", "act", "own"), OPERATIONS)
async def test_S5_consent_api_is_asked_and_its_no_is_final(
    mother: Any, young: Any, representations: Any, method: str, path: str, act: str, own: bool
) -> None:
    refused = await mother.request(method, path)
    assert (refused.status_code, refused.json()["code"]) == (403, "representation-not-allowed")
    [asked] = representations.asked
    assert (asked["actor"], asked["represented"]) == ({"nationalId": mother.number}, {"nationalId": young.number})
    assert (asked["relation"], asked["area"], asked["act"]) == ("parent", "health-care", act)
    assert asked["youngPersonsOwn"] is own


@pytest.mark.parametrize(("method", "path", "act", "own"), OPERATIONS)
async def test_S5_without_consent_api_nobody_acts_for_anybody(
    mother: Any, representations: Any, method: str, path: str, act: str, own: bool
) -> None:
    representations.allow()
    representations.status = 503
    refused = await mother.request(method, path)
    assert (refused.status_code, refused.json()["code"]) == (503, "representation-unavailable")


async def test_S5_the_young_need_an_access_of_their_own(young: Any, representations: Any) -> None:
    representations.refuse("own-access-missing")
    assert (await young.get("/v1/me/tools")).json()["code"] == "own-access-missing"
    representations.allow(narrowed=True)
    assert (await young.get("/v1/me/tools")).status_code == 200


async def test_S5_whoever_may_acts_for_the_citizen_and_is_named_beside_them(
    kari: Any, caller: Any, prescribed: Any, others: Any, rows: Any, representations: Any
) -> None:
    await others.tell(others.published(prescribed.tool_id, 2, representative_may_use=True))
    holder = caller(date(1988, 2, 2), represents=kari.number, relation="power-of-attorney")
    representations.allow()
    assert await holder.tools() == await kari.tools() != []
    assert await holder.feed() == await kari.feed() != []
    assert (await holder.open(prescribed.tool_id)).status_code == 200
    assert (await kari.tools())[0]["new"] is False
    assert (await holder.delete(prescribed.tool_id)).status_code == 204
    assert await kari.tools() == []
    told = await rows("SELECT payload->'data'->>'citizen' AS citizen, payload->'data'->>'actedBy' AS by FROM outbox")
    assert told == [{"citizen": kari.reference, "by": holder.reference}] * 2


async def test_S5_K1_a_representative_sees_every_tool_and_opens_those_that_allow_it(
    kari: Any, caller: Any, prescribed: Any, others: Any, rows: Any, representations: Any
) -> None:
    holder = caller(date(1988, 2, 2), represents=kari.number, relation="power-of-attorney")
    representations.allow()
    assert len(await holder.tools()) == 1
    refused = await holder.open(prescribed.tool_id)
    assert (refused.status_code, refused.json()["code"]) == (403, "tool-not-for-representatives")
    assert (await kari.tools())[0]["new"] is True
    assert await rows("SELECT FROM outbox") == []
    assert (await kari.open(prescribed.tool_id)).status_code == 200


async def test_S5_parents_of_the_young_see_what_was_prescribed(mother: Any, young: Any, both_tools: Any) -> None:
    one, other = both_tools
    assert {item["toolId"] for item in await young.tools()} == {str(one), str(other)}
    assert [item["toolId"] for item in await mother.tools()] == [str(one)]
    assert [item["toolId"] for item in await mother.tools("?q=søvntrappa")] == [str(one)]
    assert (await mother.get(f"/v1/me/tools/{one}")).status_code == 200
    asked_for = await mother.get("/v1/me/tools?origin=self-added")
    assert (asked_for.status_code, asked_for.json()["reason"]) == (403, "young-persons-own")


@pytest.fixture
async def alone_with(others: Any, young: Any, representations: Any) -> UUID:
    """A tool that no representative may use, prescribed to the young person."""
    tool = uuid4()
    representations.allow(narrowed=True)
    await others.tell(others.published(tool, name="Kroppsprat", target_groups=["young"]))
    await others.tell(others.prescribed(young, tool))
    return tool


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("DELETE", ""), ("POST", "/open")])
async def test_S5_parents_of_the_young_do_not_see_a_prescribed_tool_that_is_used_alone(
    mother: Any, young: Any, alone_with: UUID, method: str, path: str
) -> None:
    refused = await mother.request(method, f"/v1/me/tools/{alone_with}{path}")
    assert (refused.status_code, refused.json()["code"]) == (404, "tool-not-in-my-tools")
    assert (await young.request("GET", f"/v1/me/tools/{alone_with}")).status_code == 200


async def test_S5_nor_in_a_list_a_search_or_the_feed(
    mother: Any, young: Any, alone_with: UUID, both_tools: Any, others: Any
) -> None:
    await others.tell(others.stopped(alone_with))
    assert str(alone_with) in {item["toolId"] for item in await young.tools()}
    seen = [
        *await mother.tools(),
        *await mother.tools("?origin=prescribed"),
        *await mother.tools("?q=kroppsprat"),
        *await mother.tools("?q=søvntrappa"),
        *await mother.feed(),
    ]
    assert {item["toolId"] for item in seen} == {str(both_tools[0])}
    assert {item["toolId"] for item in await young.feed()} >= {str(alone_with)}


async def test_S5_nor_in_the_history_or_on_the_page_of_an_entry(
    mother: Any, young: Any, alone_with: UUID, both_tools: Any, others: Any
) -> None:
    assert (await young.open(alone_with)).status_code == 200
    await others.tell(others.stopped(alone_with))
    history = [(await citizen.get("/v1/me/history")).json()["items"] for citizen in (young, mother)]
    assert [{item["toolId"] for item in items} for items in history] == [
        {str(alone_with), *map(str, both_tools)},
        {str(both_tools[0])},
    ]
    assert (await mother.get(f"/v1/me/history?toolId={alone_with}")).json()["items"] == []
    for entry in await young.feed():
        seen = entry["toolId"] == str(both_tools[0])
        assert (await young.get(f"/v1/me/feed/{entry['feedEventId']}")).status_code == 200
        assert (await mother.get(f"/v1/me/feed/{entry['feedEventId']}")).status_code == (200 if seen else 404)


async def test_S5_nor_among_all_tools(mother: Any, young: Any, alone_with: UUID, representations: Any) -> None:
    assert str(alone_with) in (await young.get("/v1/me/available-tools")).text
    assert str(alone_with) not in (await mother.get("/v1/me/available-tools")).text


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("DELETE", ""), ("POST", "/open")])
async def test_S5_what_a_young_person_added_is_not_there_for_parents(
    mother: Any, young: Any, both_tools: Any, method: str, path: str
) -> None:
    refused = await mother.request(method, f"/v1/me/tools/{both_tools[1]}{path}")
    assert (refused.status_code, refused.json()["code"]) == (404, "tool-not-in-my-tools")
    assert len(await young.tools()) == 2


async def test_S5_nor_is_what_happened_to_it(mother: Any, young: Any, both_tools: Any, others: Any) -> None:
    one, other = both_tools
    await others.tell(others.stopped(one), others.stopped(other))
    assert [event["kind"] for event in await young.feed()].count("tool-withdrawn") == 2
    seen = {(event["kind"], event["toolId"]) for event in await mother.feed()}
    assert seen == {("tool-prescribed", str(one)), ("tool-withdrawn", str(one))}


@pytest.mark.rule("P14")
async def test_S5_a_key_used_for_oneself_is_another_for_the_child(
    caller: Any, young: Any, others: Any, representations: Any
) -> None:
    """One browser, one person, one key, the same tool: two lists."""
    tool, key = uuid4(), {"Idempotency-Key": "one-click"}
    await others.tell(others.published(tool, prescription_required=False, **FOR_BOTH))
    representations.allow(narrowed=False)
    born = date(1988, 2, 2)
    own, child = caller(born), caller(born, represents=young.number, relation="parent")
    added = [await own.add(tool, key), await child.add(tool, key)]
    opened = [await own.open(tool, {"Idempotency-Key": "open"}), await child.open(tool, {"Idempotency-Key": "open"})]
    assert [answer.status_code for answer in added + opened] == [201, 201, 200, 200]
    assert not any("Idempotency-Replayed" in answer.headers for answer in added + opened)
    assert [item["toolId"] for item in await young.tools()] == [str(tool)]
    assert (await young.tools())[0]["openedAt"] is not None
    assert (await child.add(tool, key)).headers["Idempotency-Replayed"] == "true"


@pytest.mark.rule("P14")
async def test_S5_what_was_answered_is_not_given_again_to_one_who_may_no_longer_act(
    mother: Any, others: Any, representations: Any
) -> None:
    tool, key = uuid4(), {"Idempotency-Key": "one-click"}
    await others.tell(others.published(tool, prescription_required=False, **FOR_BOTH))
    representations.allow(narrowed=False)
    assert (await mother.add(tool, key)).status_code == 201
    representations.refuse("no-relation")
    assert (await mother.add(tool, key)).status_code == 403
