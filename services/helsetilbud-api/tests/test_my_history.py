"""M6: the citizen sees use across tools, of those that are no longer theirs too."""

import json
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from helsetilbud_api.citizen.history.schemas import History
from helsetilbud_api.citizen.rebuilding.rebuild import rebuild


async def history(citizen: Any, query: str = "") -> list[dict[str, Any]]:
    answer = await citizen.get(f"/v1/me/history{query}")
    assert answer.status_code == 200, answer.text
    page = answer.json()
    assert History.model_validate(page, by_alias=True).model_dump(mode="json", by_alias=True) == page
    items: list[dict[str, Any]] = page["items"]
    return items


async def test_M6_a_revoked_tool_keeps_its_trace_of_use(
    kari: Any, others: Any, prescribed: Any, tool: UUID, clock: Any, database: Any
) -> None:
    times = [clock.written]
    for _ in range(2):
        clock.go(hours=1)
        times.append(clock.written)
        await kari.open(tool)
    clock.go(hours=1)
    times.append(clock.written)
    await others.tell(others.revoked(prescribed).model_copy(update={"category": "replaced"}))
    assert await kari.tools() == []
    found = await history(kari)
    assert [(it["kind"], it["at"]) for it in reversed(found)] == [
        ("tool-prescribed", times[0]),
        ("tool-opened", times[1]),
        ("tool-opened", times[2]),
        ("tool-revoked", times[3]),
    ]
    assert {it["toolName"] for it in found} == {"Søvntrappa"}
    assert found[-1]["prescribedBy"] == {
        "name": "Ine Eksempel",
        "profession": "LE",
        "organisation": "299900130",
        "organisationName": "Eksempel legesenter",
    }
    assert found[0]["reason"] == {"code": "replaced", "text": "Verktøyet er erstattet av noe annet."}
    await rebuild(database)
    assert await history(kari) == found


async def test_M6_adding_opening_and_deleting_are_there_and_what_happened_to_all(
    kari: Any, others: Any, tool: UUID, clock: Any
) -> None:
    event = others.published(tool)
    await others.tell(event.model_copy(update={"tool": event.tool.model_copy(update={"prescription_required": False})}))
    assert (await kari.add(tool)).status_code == 201
    await kari.open(tool)
    await others.tell(others.stopped(tool))
    await kari.delete(tool)
    found = await history(kari)
    assert [it["kind"] for it in found] == ["tool-removed", "tool-withdrawn", "tool-opened", "tool-added"]
    assert {it["prescriptionId"] for it in found} == {None}
    assert found[1]["reason"]["code"] == "security"


async def test_M6_pages_of_one_tool(kari: Any, ola: Any, others: Any, prescribed: Any, tool: UUID) -> None:
    other = uuid4()
    await others.tell(others.published(other), others.prescribed(kari, other))
    for _ in range(3):
        await kari.open(tool)
    assert [it["kind"] for it in await history(kari, f"?toolId={other}")] == ["tool-prescribed"]
    seen: list[str] = []
    page = (await kari.get(f"/v1/me/history?toolId={tool}&limit=3")).json()
    while True:
        seen += [it["kind"] for it in page["items"]]
        if page["nextCursor"] is None:
            break
        page = (await kari.get(f"/v1/me/history?toolId={tool}&limit=3&cursor={page['nextCursor']}")).json()
    assert seen == ["tool-opened"] * 3 + ["tool-prescribed"]
    assert await history(ola) == []
    cursor = (await kari.get(f"/v1/me/history?toolId={tool}&limit=3")).json()["nextCursor"]
    for wrong in ("cursor=abc", f"cursor={cursor}", f"toolId={other}&cursor={cursor}"):
        assert (await kari.get(f"/v1/me/history?{wrong}")).json()["code"] == "cursor-invalid"


async def test_P7_an_expiry_that_came_to_nothing_is_not_in_it(
    kari: Any, others: Any, prescribed: Any, tool: UUID
) -> None:
    await kari.open(tool)
    await others.tell(others.expired(prescribed))
    assert [it["kind"] for it in await history(kari)] == ["tool-opened", "tool-prescribed"]


@pytest.mark.rule("S5", "M6")
async def test_S5_it_says_what_was_done_on_behalf_and_is_narrowed_for_parents_of_the_young(
    caller: Any, others: Any, representations: Any
) -> None:
    young = caller(date(2012, 6, 1))
    mother = caller(date(1988, 2, 2), represents=young.number, relation="parent")
    sent, own = uuid4(), uuid4()
    allowing = others.document(sent).model_copy(update={"representative_may_use": True})
    free = others.document(own, prescription_required=False, target_groups=["young"])
    await others.tell(others.published(sent).model_copy(update={"tool": allowing}), others.prescribed(young, sent))
    await others.tell(others.published(own).model_copy(update={"tool": free}))
    representations.allow(narrowed=True)
    assert (await young.add(own)).status_code == 201
    assert (await mother.open(sent)).status_code == 200
    assert [(it["kind"], it["onBehalf"]) for it in await history(mother)] == [
        ("tool-opened", True),
        ("tool-prescribed", False),
    ]
    assert len(await history(young)) == 3


async def test_S6_it_is_hidden_as_the_lists_are(kari: Any, others: Any, prescribed: Any) -> None:
    await others.tell(others.level(kari, "basis", 1))
    page = (await kari.get("/v1/me/history")).json()
    assert (page["items"], page["hidden"]["reason"]) == ([], "consent-basis-only")


async def test_M6_what_the_next_release_has_written_is_no_fault(
    kari: Any, prescribed: Any, tool: UUID, database: Any
) -> None:
    """It is rolled out beside this one: its events are left out, and an entry of its feed is told by its kind."""
    entry = {"kind": "tool-of-tomorrow", "occurred_at": "2026-11-22T08:00:00+00:00", "tool_id": str(tool)}
    async with database.driver() as connection:
        for name, data in (
            ("helsetilbud.tool-of-tomorrow.v1", {"citizen": kari.reference, "toolId": str(tool)}),
            ("prescription.tool-prescribed.v2", {"citizen": kari.reference, "toolId": str(tool)}),
            ("kept.feed_event", entry | {"prescription_id": None}),
        ):
            written = kari.reference, name, json.dumps(data)
            await connection.execute("INSERT INTO citizen_event (citizen, name, data) VALUES ($1, $2, $3)", *written)
    answer = await kari.get("/v1/me/history")
    assert answer.status_code == 200, answer.text
    assert [it["kind"] for it in answer.json()["items"]] == ["tool-of-tomorrow", "tool-prescribed"]
