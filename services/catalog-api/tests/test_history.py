"""K2: what was done to a tool, by whom, when and why, for staff and its supplier."""

import re
from typing import Any
from uuid import uuid4

from catalog_api.history.schemas import HistoryPage
from devkit.testing.cursors import cursor_for

OTHER = "999977783"


async def history(caller: Any, tool_id: str, query: str = "") -> Any:
    response = await caller.get(f"/v1/tools/{tool_id}/history{query}")
    assert response.status_code == 200
    HistoryPage.model_validate(response.json())
    return response.json()


async def test_K2_a_seeded_tool_has_a_history_too(approval: Any, fill: Any, make_tool: Any) -> None:
    tool = make_tool("Søvnskolen")
    await fill(tool)
    [step] = (await history(approval.supplier, tool["toolId"]))["items"]
    assert (step["step"], step["revision"], step["at"]) == ("published", 1, "2026-11-22T08:00:00.000Z")
    assert step["actor"] == {"role": "system", "organisation": None, "name": None}


async def test_K2_K3_K4_everything_is_in_it_newest_first(
    approval: Any, make_tool: Any, clock: Any, administrator: Any
) -> None:
    path = await approval.go(make_tool("Søvnskolen"), to="published")
    tool_id = (await approval.supplier.get(path)).json()["toolId"]
    clock.go(hours=1)
    await approval.go({"keywords": ["søvn"]}, to="published", toolId=tool_id)
    await administrator.stop({"toolId": tool_id})
    clock.go(hours=1)
    await administrator.reinstate({"toolId": tool_id})
    found = (await history(approval.staff, tool_id))["items"]
    assert [(step["step"], step["revision"]) for step in found] == [
        *(("reinstated", 2), ("stopped", 2)),
        *(("published", 2), ("verified", None), ("submitted", None), ("created", None)),
        *(("published", 1), ("verified", None), ("assured", None), ("submitted", None), ("created", None)),
    ]
    assert found == (await history(approval.supplier, tool_id))["items"]
    stopped = found[1]
    assert (stopped["reason"], stopped["category"]) == ("Sårbarhet i innloggingen", "security")
    assert stopped["actor"] == {"role": "staff", "organisation": "999977774", "name": "Kari Nordmann"}
    assert found[2]["actor"]["name"] == "Oddvar Myrsnipe"
    assert found[2]["submissionId"] == found[3]["submissionId"] != found[6]["submissionId"]


async def test_K2_it_is_read_in_pages_while_more_happens(approval: Any, make_tool: Any, clock: Any) -> None:
    path = await approval.go(make_tool("Søvnskolen"), to="published")
    tool_id = (await approval.supplier.get(path)).json()["toolId"]
    whole = [step["step"] for step in (await history(approval.supplier, tool_id))["items"]]
    first = await history(approval.supplier, tool_id, "?limit=2")
    clock.go(hours=1)
    await approval.draft(toolId=tool_id)
    seen, cursor = [step["step"] for step in first["items"]], first["nextCursor"]
    while cursor:
        page = await history(approval.supplier, tool_id, f"?limit=2&cursor={cursor}")
        seen += [step["step"] for step in page["items"]]
        cursor = page["nextCursor"]
    assert seen == whole


async def test_K2_a_draft_is_in_the_suppliers_history_only(
    approval: Any, fill: Any, make_tool: Any, clock: Any
) -> None:
    tool = make_tool("Søvnskolen")
    await fill(tool)
    clock.go(hours=1)
    path = await approval.draft(toolId=tool["toolId"])
    assert [step["step"] for step in (await history(approval.supplier, tool["toolId"]))["items"]] == [
        "created",
        "published",
    ]
    assert [step["step"] for step in (await history(approval.staff, tool["toolId"]))["items"]] == ["published"]
    await approval.submit(path)
    assert len((await history(approval.staff, tool["toolId"]))["items"]) == 3


async def test_K2_a_tool_that_is_only_submitted_has_one(approval: Any, make_tool: Any) -> None:
    path = await approval.draft(make_tool("Søvnskolen"))
    tool_id = (await approval.supplier.get(path)).json()["toolId"]
    assert len((await history(approval.supplier, tool_id))["items"]) == 1
    for nobody in (approval.staff, approval.supplier.but(organisation=OTHER)):
        assert (await nobody.get(f"/v1/tools/{tool_id}/history")).status_code == 404
    await approval.submit(path)
    assert len((await history(approval.staff, tool_id))["items"]) == 2


async def test_K2_others_do_not_read_it(client: Any, approval: Any, fill: Any, make_tool: Any) -> None:
    tool, restricted = make_tool("Søvnskolen"), make_tool("For få", national=False, organisations=["999977799"])
    await fill(tool, restricted)
    path = f"/v1/tools/{tool['toolId']}/history"
    rival = approval.supplier.but(organisation=OTHER)
    refusals = {
        "nobody": await client.get(path),
        "the health body": await approval.health_body.get(path),
        "another supplier": await rival.get(path),
        "another supplier, of what is hidden": await rival.get(f"/v1/tools/{restricted['toolId']}/history"),
        "of what is not there": await approval.staff.get(f"/v1/tools/{uuid4()}/history"),
    }
    assert {who: (answer.status_code, answer.json()["code"]) for who, answer in refusals.items()} == {
        "nobody": (401, "token-missing"),
        "the health body": (403, "scope-missing"),
        "another supplier": (403, "tool-of-another-supplier"),
        "another supplier, of what is hidden": (404, "tool-not-found"),
        "of what is not there": (404, "tool-not-found"),
    }


async def test_a_history_that_is_known_is_not_sent_again(approval: Any, fill: Any, make_tool: Any) -> None:
    tool = make_tool("Søvnskolen")
    await fill(tool)
    path = f"/v1/tools/{tool['toolId']}/history"
    known = {"If-None-Match": (await approval.staff.get(path)).headers["etag"]}
    assert (await approval.staff.get(path, known)).status_code == 304


async def test_a_forged_cursor_is_refused(approval: Any, fill: Any, make_tool: Any) -> None:
    tool = make_tool("Søvnskolen")
    await fill(tool)
    path = f"/v1/tools/{tool['toolId']}/history"
    for position in (("2026-11-22T08:00:00", 0, 1), ("today", 0, 1), ("0001-01-01T00:00:00+14:00", 0, 1)):
        for cursor in (cursor_for(path, *position), cursor_for(path, "2026-11-22T08:00:00+00:00", 0, 2**63)):
            refused = await approval.staff.get(f"{path}?cursor={cursor}")
            assert (refused.status_code, refused.json()["code"]) == (400, "cursor-invalid")


async def test_I1_it_names_people_and_never_their_numbers(approval: Any, make_tool: Any, rows: Any) -> None:
    path = await approval.go(make_tool("Søvnskolen"), to="published")
    tool_id = (await approval.supplier.get(path)).json()["toolId"]
    shown = str(await history(approval.staff, tool_id)) + str(await rows("tool_step")) + str(await rows("submission"))
    assert "Torunn Lavskrike" in shown
    assert approval.staff.token["pid"] not in shown
    assert not re.search(r"k1-[a-z2-7]{26}", str(await history(approval.staff, tool_id))), "nor our names for them"
