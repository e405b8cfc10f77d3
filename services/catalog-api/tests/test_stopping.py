"""K4: staff stop a tool at once, and can reinstate it."""

import asyncio
import json
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from catalog_api.codes import codes
from catalog_api.schemas import ToolStatus
from devkit.testing.national_ids import generate
from devkit.testing.tokens import BearerAuth, Issuer
from shared.events import ToolPublished, ToolReinstated, ToolStopped, parse_event


@pytest.fixture
async def tool(fill: Any, make_tool: Any) -> dict[str, Any]:
    tool: dict[str, Any] = make_tool("Søvnskolen")
    await fill(tool)
    return tool


async def events(rows: Any) -> list[Any]:
    return [parse_event(json.dumps(row["payload"]))[1] for row in await rows("outbox", "id")]


async def test_K4_a_stopped_tool_is_withdrawn_at_once(client: Any, tool: Any, administrator: Any) -> None:
    path = f"/v1/tools/{tool['toolId']}"
    known = (await client.get(path)).headers["etag"]
    assert len((await client.get("/v1/tools")).json()["items"]) == 1
    stopped = await administrator.stop(tool)
    assert stopped.json() == {
        "toolId": tool["toolId"],
        "revision": 1,
        "status": "stopped",
        "category": "security",
        "changedAt": "2026-11-22T08:00:00.000Z",
        "sequence": 2,
    }
    ToolStatus.model_validate_json(stopped.content)
    gone = await client.get(path, headers={"If-None-Match": known})
    assert (gone.status_code, gone.json()["code"], gone.json()["reasonCategory"]) == (410, "tool-withdrawn", "security")
    assert "Sårbarhet" not in gone.text
    assert (await client.get("/v1/tools")).json()["items"] == []
    assert (await client.get("/v1/tools?q=søvn")).json()["items"] == []


async def test_K4_a_reinstated_tool_is_back_as_it_was(client: Any, tool: Any, administrator: Any, clock: Any) -> None:
    path = f"/v1/tools/{tool['toolId']}"
    before = (await client.get(path)).json()
    await administrator.stop(tool)
    clock.go(hours=2)
    reinstated = (await administrator.reinstate(tool)).json()
    assert (reinstated["status"], reinstated["category"], reinstated["sequence"]) == ("published", None, 3)
    assert (await client.get(path)).json() == before | {"updatedAt": "2026-11-22T10:00:00.000Z"}
    assert len((await client.get("/v1/tools")).json()["items"]) == 1


async def test_K4_the_events_carry_the_place_in_the_feed(tool: Any, administrator: Any, rows: Any) -> None:
    await administrator.stop(tool, "technical-fault")
    await administrator.reinstate(tool)
    published, stopped, reinstated = await events(rows)
    assert isinstance(published, ToolPublished)
    assert isinstance(stopped, ToolStopped)
    assert isinstance(reinstated, ToolReinstated)
    assert [event.sequence for event in (published, stopped, reinstated)] == [1, 2, 3]
    assert {str(event.tool_id) for event in (published, stopped, reinstated)} == {tool["toolId"]}
    assert stopped.category == "technical-fault"
    assert published.tool == reinstated.tool
    assert reinstated.tool.model_dump(mode="json", by_alias=True) == tool | {"revision": 1}


async def test_K4_who_did_it_and_why_is_kept(tool: Any, administrator: Any, rows: Any) -> None:
    await administrator.stop(tool)
    await administrator.reinstate(tool)
    _, stopped, reinstated = await rows("tool_change", "sequence")
    assert (stopped["category"], stopped["reason"]) == ("security", "Sårbarhet i innloggingen")
    assert (reinstated["category"], reinstated["reason"]) == (None, "Rettet og testet")
    assert stopped["actor"] == reinstated["actor"]
    assert stopped["actor"].startswith("k1-")


async def test_K4_what_is_stopped_cannot_be_stopped_again(tool: Any, administrator: Any, clock: Any) -> None:
    await administrator.stop(tool)
    clock.go(minutes=1)
    again = await administrator.stop(tool, "privacy")
    assert (again.status_code, again.json()["code"]) == (409, "tool-already-stopped")
    assert (again.json()["category"], again.json()["since"]) == ("security", "2026-11-22T08:00:00.000Z")


async def test_K4_what_is_not_stopped_cannot_be_reinstated(tool: Any, administrator: Any, rows: Any) -> None:
    response = await administrator.reinstate(tool)
    assert (response.status_code, response.json()["code"]) == (409, "tool-not-stopped")
    assert len(await rows("tool_change")) == 1
    assert len(await rows("outbox")) == 1


async def test_a_tool_that_is_not_there_is_not_found(tool: Any, administrator: Any) -> None:
    for response in (
        await administrator.stop({"toolId": uuid4()}),
        await administrator.reinstate({"toolId": uuid4()}),
    ):
        assert (response.status_code, response.json()["code"]) == (404, "tool-not-found")


async def test_K4_of_two_stops_at_once_one_counts(tool: Any, administrator: Any, rows: Any) -> None:
    answers = await asyncio.gather(*(administrator.stop(tool) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200, *[409] * 7]
    assert [row["change"] for row in await rows("tool_change", "sequence")] == ["published", "stopped"]
    assert [row["name"] for row in await rows("outbox", "id")] == [ToolPublished.name, ToolStopped.name]


async def test_K4_a_restricted_tool_is_stopped_the_same_way(
    client: Any, fill: Any, make_tool: Any, administrator: Any
) -> None:
    restricted = make_tool("For få", national=False, organisations=["999977774"])
    await fill(restricted)
    assert (await administrator.stop(restricted)).status_code == 200
    assert (await client.get(f"/v1/tools/{restricted['toolId']}")).status_code == 404


@pytest.mark.parametrize("category", codes("stop-reasons"))
async def test_K4_every_reason_of_the_code_list_will_do(tool: Any, administrator: Any, category: str) -> None:
    assert (await administrator.stop(tool, category)).json()["category"] == category


async def test_a_repeated_request_has_one_effect_and_the_same_answer(tool: Any, administrator: Any, rows: Any) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    first, again = await administrator.stop(tool, headers=key), await administrator.stop(tool, headers=key)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert len(await rows("tool_change")) == 2
    reused = await administrator.stop(tool, "privacy", headers=key)
    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency-key-reused")


async def test_a_repetition_while_the_first_is_under_way_is_told_to_wait_or_replayed(
    tool: Any, administrator: Any, rows: Any
) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    answers = await asyncio.gather(*(administrator.stop(tool, headers=key) for _ in range(6)))
    refused = [answer for answer in answers if answer.status_code != 200]
    assert len(refused) < 6
    for answer in refused:
        assert (answer.status_code, answer.json()["code"]) == (409, "idempotency-in-progress")
        assert answer.headers["retry-after"]
    assert len(await rows("tool_change")) == 2


async def test_a_refusal_is_not_kept_under_its_key(tool: Any, administrator: Any) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    assert (await administrator.reinstate(tool, headers=key)).status_code == 409
    await administrator.stop(tool)
    assert (await administrator.reinstate(tool, headers=key)).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"category": "security"},
        {"category": "security", "reason": "  "},
        {"category": "security", "reason": "x" * 1001},
        {"category": "boredom", "reason": "Fordi"},
        {"category": None, "reason": "Fordi"},
        {"category": "security", "reason": "Fordi", "until": "tomorrow"},
        {"category": "security", "reason": "\ud800\ud800\ud800"},
        [],
        "security",
    ],
)
async def test_a_body_of_another_shape_is_invalid(tool: Any, administrator: Any, rows: Any, body: Any) -> None:
    response = await administrator.post(f"/v1/tools/{tool['toolId']}/stop", body)
    assert (response.status_code, response.json()["code"]) == (422, "invalid-input")
    assert len(await rows("tool_change")) == 1


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b'{"category": "security", "reason": "a\\u0000b"}'])
async def test_a_body_that_cannot_be_read_is_malformed(tool: Any, administrator: Any, content: bytes) -> None:
    response = await administrator.post(f"/v1/tools/{tool['toolId']}/stop", content)
    assert (response.status_code, response.json()["code"]) == (400, "malformed-request")


async def test_a_body_that_is_not_json_is_not_read(tool: Any, administrator: Any) -> None:
    path, headers = f"/v1/tools/{tool['toolId']}/stop", {"Content-Type": "text/plain"}
    response = await administrator.post(path, {"category": "security", "reason": "Fordi"}, headers)
    assert (response.status_code, response.json()["code"]) == (415, "unsupported-media-type")


async def test_a_body_of_ten_megabytes_is_too_large(tool: Any, administrator: Any) -> None:
    body = {"category": "security", "reason": "x" * 10_000_000}
    response = await administrator.post(f"/v1/tools/{tool['toolId']}/stop", body)
    assert (response.status_code, response.json()["code"]) == (413, "body-too-large")


@pytest.mark.parametrize("form", ["{}", "Gjelder {}.", "{:.6} {:.5}"])
async def test_I1_a_reason_that_holds_an_identity_number_is_refused(
    tool: Any, administrator: Any, rows: Any, form: str
) -> None:
    number = generate(date(1990, 1, 1), 0)
    reason = form.format(number, number[6:]) if "6" in form else form.format(number)
    response = await administrator.post(f"/v1/tools/{tool['toolId']}/stop", {"category": "other", "reason": reason})
    assert response.status_code == 422
    assert response.json()["errors"][0]["code"] == "national-id-in-text"
    assert number not in response.text
    assert len(await rows("tool_change")) == 1


async def test_K4_only_staff_stop_tools(
    client: Any, tool: Any, administrator: Any, helsenorge: Issuer, rows: Any
) -> None:
    path = f"/v1/tools/{tool['toolId']}/stop"
    body = {"category": "security", "reason": "Fordi det må"}
    citizen = BearerAuth(helsenorge.citizen_token("nhn:verktoykatalog"))
    refusals = {
        "nobody": await client.post(path, json=body),
        "citizen": await client.post(path, json=body, auth=citizen),
        "another scope": await administrator.post(path, body, scope="nhn:verktoykatalog/supplier"),
        "level 3": await administrator.post(path, body, security_level="3"),
    }
    found = {who: (answer.status_code, answer.json()["code"]) for who, answer in refusals.items()}
    assert found == {
        "nobody": (401, "token-missing"),
        "citizen": (401, "scheme-not-accepted"),
        "another scope": (403, "scope-missing"),
        "level 3": (403, "security-level-too-low"),
    }
    assert refusals["nobody"].headers["www-authenticate"].startswith("DPoP")
    assert len(await rows("tool_change")) == 1
