"""Opening and deleting a tool, and what others are told about it."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from helsetilbud_api.citizen.schemas import OpenedTool


async def outbox(rows: Any) -> list[tuple[str, dict[str, Any]]]:
    found = await rows("SELECT name, payload FROM outbox ORDER BY id")
    return [(row["name"], row["payload"]["data"]) for row in found]


async def test_M1_a_tool_is_new_until_it_is_first_opened(kari: Any, prescribed: Any, tool: UUID, clock: Any) -> None:
    clock.go(minutes=1)
    first = clock.written
    answer = await kari.open(tool)
    assert (answer.status_code, answer.json()) == (200, {"url": "https://tool.example/1"})
    assert OpenedTool.model_validate(answer.json())
    clock.go(minutes=1)
    await kari.open(tool)
    [mine] = await kari.tools()
    assert (mine["new"], mine["openedAt"], mine["lastOpenedAt"]) == (False, first, clock.written)


@pytest.mark.rule("M3", "V5")
async def test_M3_each_opening_is_told(kari: Any, prescribed: Any, tool: UUID, rows: Any, clock: Any) -> None:
    for _ in range(2):
        await kari.open(tool)
    told = {
        "citizen": kari.reference,
        "toolId": str(tool),
        "prescriptionId": str(prescribed.prescription_id),
        "actedBy": kari.reference,
        "at": clock.written,
    }
    assert await outbox(rows) == [("helsetilbud.tool-opened.v1", told)] * 2


async def test_a_repeated_request_is_one_opening(kari: Any, prescribed: Any, tool: UUID, rows: Any) -> None:
    key = {"Idempotency-Key": "one-click"}
    first, again = await kari.open(tool, key), await kari.open(tool, key)
    assert first.json() == again.json()
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(await outbox(rows)) == 1


async def test_requests_with_the_same_key_at_once_are_one_opening(
    kari: Any, prescribed: Any, tool: UUID, rows: Any
) -> None:
    answers = await asyncio.gather(*(kari.open(tool, {"Idempotency-Key": "one-click"}) for _ in range(8)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert sum("Idempotency-Replayed" not in a.headers for a in answers if a.status_code == 200) == 1
    assert len(await outbox(rows)) == 1


async def test_a_key_belongs_to_one_tool_and_one_citizen(
    kari: Any, ola: Any, others: Any, prescribed: Any, tool: UUID
) -> None:
    key, other = {"Idempotency-Key": "one-click"}, uuid4()
    await others.tell(others.published(other), others.prescribed(kari, other), others.prescribed(ola, tool))
    await kari.open(tool, key)
    refused = await kari.open(other, key)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency-key-reused")
    assert "Idempotency-Replayed" not in (await ola.open(tool, key)).headers


async def test_K4_a_withdrawn_tool_cannot_be_opened_and_says_so(
    kari: Any, others: Any, prescribed: Any, tool: UUID, rows: Any
) -> None:
    key = {"Idempotency-Key": "before"}
    await kari.open(tool, key)
    await others.tell(others.stopped(tool))
    for headers in ({}, key):
        refused = await kari.open(tool, headers)
        assert (refused.status_code, refused.json()["code"]) == (410, "tool-withdrawn")
        assert refused.json()["category"] == "security"
    [mine] = await kari.tools()
    assert (mine["withdrawn"], mine["withdrawnCategory"]) == (True, "security")
    assert len(await outbox(rows)) == 1


@pytest.mark.rule("M3")
async def test_M3_a_tool_that_is_not_mine_cannot_be_opened(ola: Any, prescribed: Any, tool: UUID, rows: Any) -> None:
    refused = await ola.open(tool)
    assert (refused.status_code, refused.json()["code"]) == (404, "tool-not-in-my-tools")
    assert await outbox(rows) == []


async def test_a_tool_that_the_catalogue_has_not_told_about_is_on_its_way(kari: Any, others: Any, tool: UUID) -> None:
    await others.tell(others.prescribed(kari, tool))
    assert [mine["name"] for mine in await kari.tools()] == [None]
    refused = await kari.open(tool)
    assert (refused.status_code, refused.json()["code"]) == (503, "tool-not-ready")
    assert refused.headers["Retry-After"] == "2"
    await others.tell(others.published(tool))
    assert (await kari.open(tool)).status_code == 200


async def test_a_new_revision_is_opened_at_its_own_address(kari: Any, others: Any, prescribed: Any, tool: UUID) -> None:
    await others.tell(others.published(tool, sequence=3, revision=2), others.published(tool, sequence=2, revision=9))
    assert (await kari.open(tool)).json() == {"url": "https://tool.example/2"}


@pytest.mark.rule("P10", "M2")
async def test_P10_a_deleted_tool_is_gone_and_others_are_told(
    kari: Any, prescribed: Any, tool: UUID, rows: Any, clock: Any
) -> None:
    answer = await kari.delete(tool)
    assert (answer.status_code, answer.content) == (204, b"")
    assert await kari.tools() == []
    assert (await kari.open(tool)).json()["code"] == "tool-not-in-my-tools"
    again = await kari.delete(tool)
    assert (again.status_code, again.json()["code"]) == (404, "tool-not-in-my-tools")
    told = {
        "citizen": kari.reference,
        "toolId": str(tool),
        "prescriptionId": str(prescribed.prescription_id),
        "actedBy": kari.reference,
        "at": clock.written,
    }
    assert await outbox(rows) == [("helsetilbud.tool-removed.v1", told)]


async def test_P10_of_deletions_at_once_one_is_told(kari: Any, prescribed: Any, tool: UUID, rows: Any) -> None:
    answers = await asyncio.gather(*(kari.delete(tool) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [204, *[404] * 5]
    assert len(await outbox(rows)) == 1


async def test_P10_a_deleted_tool_that_is_prescribed_again_is_new_again(
    kari: Any, others: Any, prescribed: Any, tool: UUID, clock: Any
) -> None:
    await kari.open(tool)
    await kari.delete(tool)
    clock.go(hours=1)
    again = others.prescribed(kari, tool)
    await others.tell(again)
    [mine] = await kari.tools()
    assert (mine["new"], mine["openedAt"], mine["prescriptionId"]) == (True, None, str(again.prescription_id))
    kinds = [entry["kind"] for entry in await kari.feed()]
    assert (kinds[0], kinds.count("tool-prescribed"), len(kinds)) == ("tool-prescribed", 2, 4)


async def test_P10_a_withdrawn_tool_can_be_deleted(kari: Any, others: Any, prescribed: Any, tool: UUID) -> None:
    await others.tell(others.stopped(tool))
    assert (await kari.delete(tool)).status_code == 204
