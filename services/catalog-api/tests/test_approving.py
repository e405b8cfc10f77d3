"""K2: nothing is published that a health body has not assured and staff have not verified, each by somebody else than
who submitted it.
"""

import asyncio
import json
from typing import Any
from uuid import UUID, uuid4

import pytest

from catalog_api.codes import code_lists, codes
from catalog_api.submissions.transitions import STATES
from shared.auth.claims import ORGANISATION_CHILD
from shared.events import ToolPublished, parse_event

SUPPLIER, PLATFORM = "999977774", "999977790"
ITEMS = codes("check-list")
REASON = {"reason": "Beskrivelsen er for knapp"}


@pytest.fixture
def tool(make_tool: Any) -> dict[str, Any]:
    made: dict[str, Any] = make_tool("Søvnskolen", subjectAreas=["sleep"])
    return made


async def state(approval: Any, path: str) -> str:
    found: str = (await approval.supplier.get(path)).json()["state"]
    return found


async def test_K2_a_tool_comes_into_the_catalogue_step_by_step(
    client: Any, approval: Any, tool: Any, rows: Any, clock: Any
) -> None:
    path = await approval.draft(tool)
    for step, expected in (
        (approval.submit, "submitted"),
        (approval.assure, "assured"),
        (approval.verify, "verified"),
        (approval.publish, "published"),
    ):
        assert (await client.get("/v1/tools")).json()["items"] == [], "nothing shows before it is published"
        clock.go(hours=1)
        response = await step(path)
        assert (response.status_code, response.json()["state"]) == (200, expected)
    published = (await approval.supplier.get(path)).json()
    [shown] = (await client.get("/v1/tools")).json()["items"]
    assert (shown["toolId"], shown["revision"], shown["name"]) == (published["toolId"], 1, "Søvnskolen")
    [change] = (await client.get("/v1/tools/changes")).json()["items"]
    assert (change["change"], change["toolId"], change["tool"]["subjectAreas"]) == (
        "published",
        shown["toolId"],
        ["sleep"],
    )
    [row] = await rows("outbox", "id")
    event = parse_event(json.dumps(row["payload"]))[1]
    assert isinstance(event, ToolPublished)
    assert (str(event.tool_id), event.revision, event.sequence) == (shown["toolId"], 1, 1)


async def test_K2_each_step_is_kept_with_actor_time_and_reason(approval: Any, tool: Any, clock: Any) -> None:
    path = await approval.draft(tool)
    await approval.supplier.post(f"{path}/submit", {"reason": "Klar til gjennomgang"})
    clock.go(minutes=5)
    await approval.assure(path)
    await approval.verify(path)
    steps = (await approval.supplier.get(path)).json()["steps"]
    assert [(step["step"], step["state"]) for step in steps] == [
        ("created", "draft"),
        ("submitted", "submitted"),
        ("assured", "assured"),
        ("verified", "verified"),
    ]
    assert steps[1]["actor"] == {"role": "supplier", "organisation": SUPPLIER, "name": "Oppdiktet Leverandør AS"}
    assert (steps[1]["reason"], steps[1]["at"]) == ("Klar til gjennomgang", "2026-11-22T08:00:00.000Z")
    assert steps[2]["actor"] == {"role": "health-body", "organisation": "999977775", "name": "Oppdiktet helseforetak"}
    assert (steps[2]["reason"], steps[2]["at"]) == ("Faglig gjennomgått", "2026-11-22T08:05:00.000Z")
    assert steps[3]["actor"] == {"role": "staff", "organisation": PLATFORM, "name": "Torunn Lavskrike"}
    assert [item["item"] for item in steps[3]["items"]] == list(ITEMS)


async def test_K2_a_complete_check_list_makes_it_verified_and_an_incomplete_one_does_not(
    approval: Any, tool: Any
) -> None:
    path = await approval.go(tool, to="assured")
    part = await approval.verify(path, *ITEMS[:-1])
    assert (part.json()["state"], part.json()["allowedTransitions"]) == (
        "assured",
        ["verification", "return", "reject"],
    )
    assert {item["item"]: item["fulfilled"] for item in part.json()["checkList"]} == {
        item: item != ITEMS[-1] for item in ITEMS
    }
    assert (await approval.verify(path, ITEMS[-1])).json()["state"] == "verified"
    again = await approval.verify(path, ITEMS[3], fulfilled=False)
    assert again.json()["state"] == "assured", "a later answer replaces the earlier"
    assert again.json()["steps"][-1]["step"] == "checked"
    refused = await approval.publish(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "check-list-incomplete")
    assert (refused.json()["missing"], refused.json()["state"]) == ([ITEMS[3]], "assured")
    assert refused.json()["allowed"] == ["withdraw", "verification", "return", "reject"]
    assert (await approval.verify(path, ITEMS[3])).json()["state"] == "verified"
    assert (await approval.publish(path)).json()["state"] == "published"


async def test_K2_the_check_list_says_who_answered_when_and_what_is_asked_here(
    approval: Any, tool: Any, clock: Any
) -> None:
    path = await approval.go(tool, to="assured")
    before = (await approval.staff.get(path)).json()["checkList"]
    assert [item["item"] for item in before] == list(ITEMS)
    assert all(item["required"] and not item["fulfilled"] and item["by"] is None for item in before)
    clock.go(minutes=3)
    answer = {"item": "accessibility", "fulfilled": False, "comment": "Erklæringen mangler"}
    checked = await approval.other_staff.post(f"{path}/verification", {"items": [answer]})
    [item] = [item for item in checked.json()["checkList"] if item["item"] == "accessibility"]
    assert item == {
        "item": "accessibility",
        "required": True,
        "fulfilled": False,
        "comment": "Erklæringen mangler",
        "by": {"role": "staff", "organisation": PLATFORM, "name": "Oddvar Myrsnipe"},
        "at": "2026-11-22T08:03:00.000Z",
    }


async def test_K3_the_code_list_shows_what_a_light_approval_asks_for(client: Any) -> None:
    items = (await client.get("/v1/code-lists/check-list")).json()["items"]
    light = {item["code"] for item in items if item["light"]}
    assert {item["code"] for item in items} == set(ITEMS) > light > set()
    assert light == {item.code for item in code_lists()["check-list"].items if item.light}


async def test_K2_after_a_return_everything_is_looked_at_anew(approval: Any, tool: Any) -> None:
    path = await approval.go(tool, to="verified")
    returned = await approval.staff.post(f"{path}/return", REASON)
    assert (returned.json()["state"], returned.json()["allowedTransitions"]) == ("returned", [])
    assert (await approval.supplier.get(path)).json()["allowedTransitions"] == ["submit", "withdraw"]
    seen = {"If-Match": (await approval.supplier.get(path)).headers["etag"]}
    changed = await approval.supplier.send("PATCH", path, {"tool": {"minimumAge": 18}}, seen)
    assert changed.status_code == 200
    again = (await approval.submit(path)).json()
    assert again["state"] == "submitted"
    assert not any(item["fulfilled"] or item["by"] for item in again["checkList"])
    assert (await approval.publish(path)).json()["code"] == "transition-not-allowed"
    await approval.assure(path)
    await approval.verify(path)
    assert (await approval.publish(path)).status_code == 200
    steps = [step["step"] for step in (await approval.supplier.get(path)).json()["steps"]]
    assert steps == [
        *("created", "submitted", "assured", "verified", "returned"),
        *("submitted", "assured", "verified", "published"),
    ]


async def test_K2_the_health_body_sends_back_with_a_reason(approval: Any, tool: Any) -> None:
    path = await approval.go(tool, to="submitted")
    for body in ({"outcome": "assured"}, {"outcome": "returned"}, {"outcome": "fine", "reason": "Fordi"}, {}):
        assert (await approval.health_body.post(f"{path}/assurance", body)).status_code == 422
    sent_back = await approval.assure(path, "returned")
    assert (sent_back.json()["state"], sent_back.json()["steps"][-1]["step"]) == ("returned", "returned")
    assert (await approval.submit(path)).json()["state"] == "submitted"


async def test_K2_a_rejected_submission_is_over(approval: Any, tool: Any, rows: Any) -> None:
    path = await approval.go(tool, to="assured")
    rejected = await approval.staff.post(f"{path}/reject", REASON)
    assert (rejected.json()["state"], rejected.json()["steps"][-1]["reason"]) == ("rejected", REASON["reason"])
    assert (await approval.supplier.get(path)).json()["allowedTransitions"] == []
    assert await rows("tool") == []


ALLOWED: dict[str, set[str]] = {
    "draft": {"submit", "withdraw"},
    "submitted": {"assurance", "return", "reject", "withdraw"},
    "assured": {"verification", "return", "reject", "withdraw"},
    "verified": {"verification", "publish", "return", "reject", "withdraw"},
    "published": set(),
    "returned": {"submit", "withdraw"},
    "rejected": set(),
    "withdrawn": set(),
}


async def put_in(approval: Any, tool: Any, wanted: str) -> str:
    path: str = await approval.go(tool, to=wanted if wanted not in ("returned", "rejected", "withdrawn") else "assured")
    if wanted == "withdrawn":
        await approval.supplier.post(f"{path}/withdraw")
    elif wanted in ("returned", "rejected"):
        await approval.staff.post(f"{path}/{'return' if wanted == 'returned' else 'reject'}", REASON)
    assert await state(approval, path) == wanted
    return path


@pytest.mark.parametrize("current", STATES)
async def test_K2_what_is_not_allowed_from_a_state_is_refused_with_what_is(
    approval: Any, tool: Any, current: str
) -> None:
    path = await put_in(approval, tool, current)
    acts = {
        "submit": lambda: approval.supplier.post(f"{path}/submit"),
        "withdraw": lambda: approval.supplier.post(f"{path}/withdraw"),
        "assurance": lambda: approval.assure(path),
        "verification": lambda: approval.verify(path, ITEMS[0]),
        "return": lambda: approval.staff.post(f"{path}/return", REASON),
        "reject": lambda: approval.staff.post(f"{path}/reject", REASON),
        "publish": lambda: approval.publish(path),
    }
    if current == "draft":  # to others a draft is unknown
        acts = {name: act for name, act in acts.items() if name in ("submit", "withdraw")}
    for name in acts.keys() - ALLOWED[current]:
        refused = await acts[name]()
        expected = "check-list-incomplete" if (name, current) == ("publish", "assured") else "transition-not-allowed"
        assert (refused.status_code, refused.json()["code"]) == (409, expected), name
        assert (refused.json()["state"], set(refused.json()["allowed"])) == (current, ALLOWED[current])
        assert await state(approval, path) == current
    if current not in ("draft", "returned"):
        edited = await approval.supplier.send("PATCH", path, {"tool": {}}, {"If-Match": '"0"'})
        assert (edited.status_code, edited.json()["code"]) == (409, "transition-not-allowed")


async def test_K2_nobody_approves_their_own(approval: Any, tool: Any, rows: Any) -> None:
    """By organisation, outer or inner: the same client may act for both sides."""
    own = tool | {"healthBody": {"organisationNumber": SUPPLIER, "name": "Oss selv"}}
    path = await approval.go(own, to="submitted")
    assured = await approval.health_body.but(organisation=SUPPLIER).post(
        f"{path}/assurance", {"outcome": "assured", "reason": "Faglig gjennomgått"}
    )
    assert (assured.status_code, assured.json()["code"]) == (403, "own-submission")
    path = await approval.go(tool, to="verified")
    for colleague in (
        approval.staff.but(organisation=SUPPLIER),
        approval.staff.but(claims={ORGANISATION_CHILD: SUPPLIER}),
    ):
        assert (await colleague.get(path)).json()["allowedTransitions"] == []
        for act, body in (
            ("verification", {"items": [{"item": ITEMS[0], "fulfilled": True}]}),
            ("return", REASON),
            ("reject", REASON),
            ("publish", None),
        ):
            refused = await colleague.post(f"{path}/{act}", body)
            assert (refused.status_code, refused.json()["code"]) == (403, "own-submission"), act
    assert await state(approval, path) == "verified"
    assert await rows("tool") == []


async def test_K2_an_inner_organisation_of_the_supplier_approves_nothing_either(approval: Any, tool: Any) -> None:
    inner = "999977781"
    approval.supplier = approval.supplier.but(claims={ORGANISATION_CHILD: inner})
    path = await approval.go(tool, to="verified")
    refused = await approval.staff.but(organisation=inner).post(f"{path}/publish")
    assert (refused.status_code, refused.json()["code"]) == (403, "own-submission")


@pytest.mark.parametrize(
    "items",
    [
        [],
        [{"item": "shiny", "fulfilled": True}],
        [{"item": "accessibility"}],
        [{"item": "accessibility", "fulfilled": None}],
    ],
)
async def test_an_answer_that_is_none_is_refused(approval: Any, tool: Any, items: Any) -> None:
    path = await approval.go(tool, to="assured")
    assert (await approval.staff.post(f"{path}/verification", {"items": items})).status_code == 422


@pytest.mark.parametrize(
    ("from_state", "acts", "winners"),
    [
        (
            "verified",
            ("publish", "reject", "return", "withdraw", "publish"),
            {"published", "rejected", "returned", "withdrawn"},
        ),
        ("submitted", ("assurance", "assurance", "reject", "withdraw"), {"assured", "rejected", "withdrawn"}),
        ("draft", ("submit", "submit", "submit"), {"submitted"}),
    ],
)
async def test_K2_of_acts_at_once_one_wins_and_the_others_are_told(
    approval: Any, tool: Any, rows: Any, from_state: str, acts: Any, winners: set[str]
) -> None:
    path = await approval.go(tool, to=from_state)
    actors = {"submit": approval.supplier, "withdraw": approval.supplier, "assurance": approval.health_body}
    actors["publish"] = approval.other_staff
    bodies = {"assurance": {"outcome": "assured", "reason": "Faglig gjennomgått"}, "submit": None, "publish": None}
    answers = await asyncio.gather(
        *(actors.get(act, approval.staff).post(f"{path}/{act}", bodies.get(act, REASON)) for act in acts)
    )
    # from `assured` and `returned` more is possible, so that a later act may count as well; never the same twice
    won = [answer for answer in answers if answer.status_code == 200]
    assert 1 <= len(won) < len(acts)
    assert {answer.json()["code"] for answer in answers if answer.status_code != 200} <= {"transition-not-allowed"}
    assert await state(approval, path) in winners
    assert len(await rows("tool")) == (await state(approval, path) == "published")
    steps = (await approval.supplier.get(path)).json()["steps"]
    assert len(steps) == {"draft": 1, "submitted": 2, "verified": 4}[from_state] + len(won)


async def test_K2_many_publish_at_once_and_one_does(approval: Any, tool: Any, rows: Any) -> None:
    path = await approval.go(tool, to="verified")
    answers = await asyncio.gather(*(approval.publish(path) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200, *[409] * 7]
    assert len(await rows("tool_revision")) == len(await rows("tool_change")) == len(await rows("outbox")) == 1


async def test_K2_staff_answer_different_items_at_once_and_none_is_lost(approval: Any, tool: Any) -> None:
    path = await approval.go(tool, to="assured")
    answers = await asyncio.gather(*(approval.verify(path, item) for item in ITEMS))
    assert {answer.status_code for answer in answers} == {200}
    assert await state(approval, path) == "verified"


async def test_K2_a_step_that_is_asked_for_again_happens_once(approval: Any, tool: Any) -> None:
    path = await approval.go(tool, to="verified")
    key = {"Idempotency-Key": str(uuid4())}
    first, again = [await approval.other_staff.post(f"{path}/publish", None, key) for _ in range(2)]
    assert (first.status_code, again.status_code, again.json()) == (200, 200, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    other = await approval.staff.post(f"{path}/publish", None, key)
    assert (other.status_code, other.json()["code"]) == (409, "transition-not-allowed"), "a key is one person's"


async def test_K2_what_is_approved_is_what_was_seen(approval: Any, tool: Any) -> None:
    path = await approval.go(tool, to="submitted")
    seen = {"If-Match": (await approval.health_body.get(path)).headers["etag"]}
    await approval.staff.post(f"{path}/return", REASON)
    await approval.submit(path)
    body = {"outcome": "assured", "reason": "Faglig gjennomgått"}
    refused = await approval.health_body.post(f"{path}/assurance", body, seen)
    assert (refused.status_code, refused.json()["code"]) == (412, "precondition-failed")
    assert await state(approval, path) == "submitted"


async def test_I1_no_reason_and_no_comment_holds_an_identity_number(approval: Any, tool: Any) -> None:
    path = await approval.go(tool, to="assured")
    number = approval.staff.token["pid"]
    comment = {"items": [{"item": ITEMS[0], "fulfilled": True, "comment": f"Spør {number}"}]}
    for act, body in (("return", {"reason": f"Spør {number}"}), ("verification", comment)):
        refused = await approval.staff.post(f"{path}/{act}", body)
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "national-id-in-text")


@pytest.mark.parametrize(
    ("sign", "code"),
    [
        ("\u202e", "text-not-plain"),
        ("\u2028", "text-not-plain"),
        ("\u200b", "text-not-plain"),
        (" https://a.no@b.no/", "link-unsafe"),
    ],
)
async def test_K2_no_reason_and_no_comment_holds_what_is_unseen_or_a_link_to_elsewhere(
    approval: Any, tool: Any, sign: str, code: str
) -> None:
    path = await approval.go(tool, to="assured")
    comment = {"items": [{"item": ITEMS[0], "fulfilled": True, "comment": f"Se{sign} her"}]}
    for act, body in (("return", {"reason": f"Se{sign} her"}), ("verification", comment)):
        refused = await approval.staff.post(f"{path}/{act}", body)
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, code)


async def test_K2_published_is_under_the_id_that_the_draft_was_given(client: Any, approval: Any, tool: Any) -> None:
    path = await approval.go(tool, to="published")
    tool_id = UUID((await approval.supplier.get(path)).json()["toolId"])
    assert (await client.get(f"/v1/tools/{tool_id}")).json()["revision"] == 1
