"""K3: a change to a published tool is a new revision, approved lightly where only words change, and shown when
published.
"""

import asyncio
import json
from typing import Any
from uuid import uuid4

import pytest

from catalog_api.codes import code_lists
from catalog_api.submissions.comparison import compare
from shared.events import parse_event

SUPPLIER, OTHER = "999977774", "999977783"
LIGHT_ITEMS = [item.code for item in code_lists()["check-list"].items if item.light]
BETTER_TEXT = {"texts": {"nb": {"shortText": "Kortere og bedre."}}}


@pytest.fixture
async def tool(fill: Any, make_tool: Any) -> dict[str, Any]:
    made: dict[str, Any] = make_tool("Søvnskolen", nn="Søvnskulen", minimumAge=16)
    await fill(made)
    return made


async def test_K3_a_revision_begins_as_what_is_published(approval: Any, tool: Any) -> None:
    made = (await approval.supplier.post("/v1/submissions", {"toolId": tool["toolId"]})).json()
    assert (made["toolId"], made["revision"], made["approval"], made["changes"]) == (tool["toolId"], 2, "light", [])
    assert made["tool"]["texts"] == tool["texts"]
    assert made["supplier"] == tool["supplier"]
    whole = await approval.supplier.get(f"/v1/submissions/{made['submissionId']}")
    await approval.supplier.post(f"/v1/submissions/{made['submissionId']}/withdraw")
    again = await approval.supplier.post("/v1/submissions", {"toolId": tool["toolId"], "tool": tool})
    assert again.json()["changes"] == whole.json()["changes"] == [], "to send it all changes nothing"


@pytest.mark.parametrize(
    ("change", "pointers", "approval_needed"),
    [
        (BETTER_TEXT, {"/tool/texts/nb/shortText": "light"}, "light"),
        ({"keywords": ["søvn"]}, {"/tool/keywords": "light"}, "light"),
        ({"texts": {"se": {"name": "Oađđin", "shortText": "Oanehis."}}}, {"name", "shortText"}, "light"),
        ({"texts": {"nn": None}}, {"name", "shortText", "longText", "practitionerText"}, "light"),
        ({"minimumAge": 12}, {"/tool/minimumAge": "full"}, "full"),
        ({"minimumAge": None}, {"/tool/minimumAge": "full"}, "full"),
        ({"loginRequired": True}, {"/tool/loginRequired": "full"}, "full"),
        (
            {"national": False, "organisations": [OTHER]},
            {"/tool/national": "full", "/tool/organisations": "full"},
            "full",
        ),
        ({"integration": {"address": "https://other.example"}}, {"/tool/integration/address": "full"}, "full"),
        ({"requiredAuthorisations": ["LE"]}, {"/tool/requiredAuthorisations": "full"}, "full"),
        ({"prescriberOrganisations": [OTHER]}, {"/tool/prescriberOrganisations": "full"}, "full"),
        ({"prescriptionRequired": True}, {"/tool/prescriptionRequired": "full"}, "full"),
        ({"representativeMayUse": True}, {"/tool/representativeMayUse": "full"}, "full"),
        ({"purpose": "treatment"}, {"/tool/purpose": "full"}, "full"),
        ({"kind": "integrated"}, {"/tool/kind": "full"}, "full"),
        ({"healthBody": {"organisationNumber": OTHER}}, {"/tool/healthBody/organisationNumber": "full"}, "full"),
        ({"supplier": {"name": "Nytt navn AS"}}, {"/tool/supplier/name": "full"}, "full"),
        ({"dataUse": {"category": "on-device"}}, {"/tool/dataUse/category": "full"}, "full"),
        ({"targetGroups": ["young"]}, {"/tool/targetGroups": "full"}, "full"),
        ({**BETTER_TEXT, "minimumAge": 18}, {"/tool/texts/nb/shortText": "light", "/tool/minimumAge": "full"}, "full"),
        ({"representativeMayUse": None, "keywords": None, "dataUse": None}, {}, "light"),
    ],
)
async def test_K3_what_changes_decides_how_much_approval_it_needs(
    approval: Any, tool: Any, change: Any, pointers: Any, approval_needed: str
) -> None:
    made = (await approval.supplier.post("/v1/submissions", {"toolId": tool["toolId"], "tool": change})).json()
    assert made["approval"] == approval_needed
    found = {change["pointer"]: change["approval"] for change in made["changes"]}
    if isinstance(pointers, set):
        assert {pointer.rsplit("/", 1)[1] for pointer in found} == pointers
        assert set(found.values()) == {"light"}
    else:
        assert found == pointers


def test_K3_a_field_that_nobody_has_thought_of_is_heavy() -> None:
    [difference] = compare({"texts": {}}, {"texts": {}, "somethingNew": True})
    assert (difference.pointer, difference.approval) == ("/somethingNew", "full")


async def test_K3_a_change_shows_what_was_and_what_will_be(approval: Any, tool: Any) -> None:
    made = (
        await approval.supplier.post("/v1/submissions", {"toolId": tool["toolId"], "tool": {"minimumAge": 12}})
    ).json()
    assert made["changes"] == [{"pointer": "/tool/minimumAge", "approval": "full", "published": 16, "submitted": 12}]
    seen = {"If-Match": '"1"'}
    path = f"/v1/submissions/{made['submissionId']}"
    put_back = await approval.supplier.send("PATCH", path, {"tool": {"minimumAge": 16, **BETTER_TEXT}}, seen)
    assert put_back.json()["approval"] == "light"


async def test_K3_a_light_change_needs_no_assurance_and_a_short_check_list(
    client: Any, approval: Any, tool: Any, rows: Any, clock: Any
) -> None:
    clock.go(days=1)
    path = await approval.go(BETTER_TEXT, to="submitted", toolId=tool["toolId"])
    handed_in = (await approval.staff.get(path)).json()
    assert [item["item"] for item in handed_in["checkList"] if item["required"]] == LIGHT_ITEMS
    assert handed_in["allowedTransitions"] == ["verification", "return", "reject"]
    assured = await approval.assure(path)
    assert (assured.status_code, assured.json()["code"]) == (409, "transition-not-allowed")
    too_soon = await approval.publish(path)
    assert (too_soon.json()["code"], too_soon.json()["missing"]) == ("check-list-incomplete", LIGHT_ITEMS)
    assert (await approval.verify(path, *LIGHT_ITEMS)).json()["state"] == "verified"
    before = (await client.get(f"/v1/tools/{tool['toolId']}")).json()
    assert (before["revision"], before["shortText"]) == (1, "Kort."), "the published one stays up meanwhile"
    assert (await approval.publish(path)).json()["revision"] == 2
    after = (await client.get(f"/v1/tools/{tool['toolId']}")).json()
    assert (after["revision"], after["shortText"]) == (2, "Kortere og bedre.")
    assert (after["publishedAt"], after["updatedAt"]) == ("2026-11-22T08:00:00.000Z", "2026-11-23T08:00:00.000Z")
    changes = (await client.get("/v1/tools/changes")).json()["items"]
    assert [(change["change"], change["revision"]) for change in changes] == [("published", 1), ("updated", 2)]
    events = [parse_event(json.dumps(row["payload"]))[1] for row in await rows("outbox", "id")]
    assert [(event.sequence, event.revision, event.tool.texts["nb"].short_text) for event in events] == [
        (1, 1, "Kort."),
        (2, 2, "Kortere og bedre."),
    ]
    assert [row["revision"] for row in await rows("tool_revision")] == [1, 2]


async def test_K3_a_light_submission_falls_back_to_where_it_was(approval: Any, tool: Any) -> None:
    path = await approval.go(BETTER_TEXT, to="verified", toolId=tool["toolId"])
    unfulfilled = await approval.verify(path, LIGHT_ITEMS[0], fulfilled=False)
    assert unfulfilled.json()["state"] == "submitted"


async def test_K3_a_heavy_change_takes_the_whole_way(approval: Any, tool: Any, client: Any) -> None:
    path = await approval.go({"minimumAge": 12}, to="submitted", toolId=tool["toolId"])
    unassured = await approval.verify(path)
    assert (unassured.status_code, unassured.json()["code"]) == (409, "transition-not-allowed")
    await approval.assure(path)
    assert (await approval.verify(path, *LIGHT_ITEMS)).json()["state"] == "assured"
    await approval.verify(path)
    assert (await client.get(f"/v1/tools/{tool['toolId']}")).json()["minimumAge"] == 16
    await approval.publish(path)
    assert (await client.get(f"/v1/tools/{tool['toolId']}")).json()["minimumAge"] == 12


async def test_K3_a_tool_has_one_open_submission(approval: Any, tool: Any) -> None:
    path = await approval.draft(toolId=tool["toolId"])
    second = await approval.supplier.post("/v1/submissions", {"toolId": tool["toolId"]})
    assert (second.status_code, second.json()["code"]) == (409, "submission-open")
    assert path.endswith(second.json()["submissionId"])
    await approval.supplier.post(f"{path}/withdraw")
    answers = await asyncio.gather(
        *(approval.supplier.post("/v1/submissions", {"toolId": tool["toolId"]}) for _ in range(6))
    )
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 5]


async def test_K3_revisions_follow_each_other(approval: Any, tool: Any, client: Any) -> None:
    for age in (17, 18):
        path = await approval.go({"minimumAge": age}, to="published", toolId=tool["toolId"])
    assert (await approval.supplier.get(path)).json()["revision"] == 3
    shown = (await client.get(f"/v1/tools/{tool['toolId']}")).json()
    assert (shown["revision"], shown["minimumAge"]) == (3, 18)
    [change] = (await approval.supplier.get(path)).json()["changes"]
    assert (change["published"], change["submitted"]) == (17, 18), "compared with the one it changed, for ever"


async def test_K3_only_the_tools_own_supplier_revises_it(approval: Any, tool: Any, fill: Any, make_tool: Any) -> None:
    restricted = make_tool("For få", national=False, organisations=["999977799"])
    await fill(restricted)
    rival = approval.supplier.but(organisation=OTHER)
    for tool_id, status, code in (
        (tool["toolId"], 403, "tool-of-another-supplier"),
        (restricted["toolId"], 404, "tool-not-found"),
        (str(uuid4()), 404, "tool-not-found"),
    ):
        refused = await rival.post("/v1/submissions", {"toolId": tool_id})
        assert (refused.status_code, refused.json()["code"]) == (status, code)
    in_the_know = approval.supplier.but(organisation="999977799")
    refused = await in_the_know.post("/v1/submissions", {"toolId": restricted["toolId"]})
    assert refused.json()["code"] == "tool-of-another-supplier"


async def test_K3_K4_a_revision_of_a_stopped_tool_waits_for_it_to_be_reinstated(
    client: Any, approval: Any, tool: Any, administrator: Any, rows: Any, clock: Any
) -> None:
    path = await approval.go(BETTER_TEXT, to="verified", toolId=tool["toolId"])
    await administrator.stop(tool)
    clock.go(hours=1)
    assert (await approval.publish(path)).json()["state"] == "published"
    assert (await client.get(f"/v1/tools/{tool['toolId']}")).status_code == 410
    changes = (await client.get("/v1/tools/changes")).json()["items"]
    assert [change["change"] for change in changes] == ["published", "stopped"], "a copy must not bring it back"
    assert len(await rows("outbox")) == 2
    again = await administrator.stop(tool)
    assert again.json()["since"] == "2026-11-22T08:00:00.000Z"
    reinstated = await administrator.reinstate(tool)
    assert (reinstated.json()["revision"], reinstated.json()["sequence"]) == (2, 3)
    assert (await client.get(f"/v1/tools/{tool['toolId']}")).json()["shortText"] == "Kortere og bedre."
    changes = (await client.get("/v1/tools/changes")).json()["items"]
    assert (changes[-1]["change"], changes[-1]["tool"]["revision"]) == ("reinstated", 2)
    steps = [step["step"] for step in (await approval.supplier.get(path)).json()["steps"]]
    assert steps == ["created", "submitted", "verified", "published"]


async def test_K3_a_rejected_revision_leaves_the_published_one(approval: Any, tool: Any, client: Any) -> None:
    path = await approval.go({"minimumAge": 12}, to="assured", toolId=tool["toolId"])
    await approval.staff.post(f"{path}/reject", {"reason": "For lav aldersgrense"})
    assert (await client.get(f"/v1/tools/{tool['toolId']}")).json()["revision"] == 1
    assert await approval.draft(toolId=tool["toolId"])


async def test_K3_K5_a_tool_that_becomes_restricted_is_no_longer_for_everyone(
    client: Any, approval: Any, tool: Any
) -> None:
    await approval.go({"national": False, "organisations": [OTHER]}, to="published", toolId=tool["toolId"])
    assert (await client.get(f"/v1/tools/{tool['toolId']}")).status_code == 404
    assert (await client.get("/v1/tools")).json()["items"] == []
