"""V6: a campaign up to its start: written, given recipients, checked, tried, approved by somebody else."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from notification_service.campaigns.models import POSSIBLE, STATES

pytestmark = pytest.mark.rule("V6")


async def test_V6_it_is_written_and_read_back(author, draft) -> None:
    made = await author("POST", "", json=draft())

    assert made.status_code == 201
    assert made.headers["Location"] == f"/v1/campaigns/{made.json()['campaignId']}"
    read = await author("GET", f"/{made.json()['campaignId']}")
    assert read.json() == made.json()
    assert read.headers["ETag"] == made.headers["ETag"] == '"1"'
    assert read.json().items() >= draft().items()
    assert (read.json()["state"], read.json()["allowed"]) == ("draft", ["change", "recipients", "check", "stop"])
    unchanged = await author("GET", f"/{made.json()['campaignId']}", headers={"If-None-Match": '"1"'})
    assert unchanged.status_code == 304


async def test_P14_the_same_request_again_makes_one(author, draft) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    answers = [await author("POST", "", json=draft(), headers=key) for _ in range(2)]

    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    other = await author("POST", "", json=draft(round=2), headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


async def test_V6_a_round_of_a_series_is_one_campaign(author, draft) -> None:
    answers = await asyncio.gather(*(author("POST", "", json=draft()) for _ in range(4)))

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    [made] = [answer.json() for answer in answers if answer.status_code == 201]
    refused = next(answer.json() for answer in answers if answer.status_code == 409)
    assert (refused["code"], refused["campaignId"]) == ("round-exists", made["campaignId"])


async def test_V6_what_it_follows_is_an_earlier_round_of_the_same_series(author, draft) -> None:
    first = (await author("POST", "", json=draft())).json()["campaignId"]
    assert (await author("POST", "", json=draft(round=2, follows=first))).status_code == 201
    for wrong in (draft(round=3, follows=str(uuid4())), draft(series="another-one", round=2, follows=first)):
        answer = await author("POST", "", json=wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, "earlier-round-unknown")


async def test_V6_another_organisations_campaigns_are_not_there(author, stranger, draft) -> None:
    made = (await author("POST", "", json=draft())).json()["campaignId"]

    assert (await stranger("GET", "")).json()["items"] == []
    for method, path in [("GET", ""), ("GET", "/progress"), ("POST", "/check"), ("POST", "/stop"), ("POST", "/start")]:
        answer = await stranger(method, f"/{made}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert (await stranger("POST", "", json=draft())).status_code == 201  # the same series is another's own


async def test_V6_those_who_approve_see_all_in_pages(author, stranger, approver, draft, clock) -> None:
    made = []
    for number in range(1, 4):
        made.append((await author("POST", "", json=draft(round=number))).json()["campaignId"])
        clock.go(seconds=1)
    await stranger("POST", "", json=draft())

    first = (await approver("GET", "", params={"limit": 2})).json()
    second = (await approver("GET", "", params={"limit": 2, "cursor": first["nextCursor"]})).json()

    assert [item["campaignId"] for item in [*first["items"], *second["items"]]][1:] == made[::-1]
    assert second["nextCursor"] is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"series": "Not A Slug"}, "string-pattern-mismatch"),
        ({"round": 0}, "greater-than-equal"),
        ({"round": "2"}, "int-type"),
        ({"urgent": 0}, "bool-type"),
        ({"category": "advertising"}, "literal-error"),
        ({"perMinute": 0}, "greater-than-equal"),
        ({"minimumAge": 15}, "greater-than-equal"),
        ({"texts": {"se": {"sms": "x", "subject": "x", "email": "x"}}}, "literal-error"),
        ({"texts": {"nb": {"sms": "x", "subject": "x"}}}, "missing"),
        ({"sender": {"name": "x" * 101, "sensitive": False}}, "string-too-long"),
        ({"color": "red"}, "extra-forbidden"),
    ],
)
async def test_V6_what_is_no_campaign_is_refused(author, draft, change, code) -> None:
    answer = await author("POST", "", json=draft(**change))
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)


async def test_V6_a_change_says_what_it_builds_on_and_undoes_the_check(author, draft, ready) -> None:
    made = await ready(upto="tested")
    path = f"/{made['campaignId']}"

    assert (await author("PUT", path, json=draft())).status_code == 428
    assert (await author("PUT", path, json=draft(), headers={"If-Match": '"1"'})).status_code == 412
    etag = (await author("GET", path)).headers["ETag"]
    changed = await author("PUT", path, json=draft(perMinute=60), headers={"If-Match": etag})

    assert changed.status_code == 200
    shown = changed.json()
    assert (shown["state"], shown["perMinute"]) == ("draft", 60)
    assert (shown["checkedAt"], shown["check"], shown["testedAt"]) == (None, None, None)


async def test_V6_nothing_is_approved_by_whoever_made_it(author, person, approver, ready) -> None:
    made = await ready(upto="tested", by=person)
    path, seen = f"/{made['campaignId']}/approve", {"If-Match": f'"{await person.version(made)}"'}

    own = await person.approve(path, headers=seen)
    assert (own.status_code, own.json()["code"]) == (403, "approver-is-author")
    assert (await approver("POST", path, headers=seen)).status_code == 200


async def test_V6_who_only_changed_it_has_made_it_too(author, person, approver, draft, ready) -> None:
    made = await ready(upto="tested")
    etag = {"If-Match": f'"{await person.version(made)}"'}
    await person("PUT", f"/{made['campaignId']}", json=draft(), headers=etag)
    await ready.again(made)

    path, seen = f"/{made['campaignId']}/approve", {"If-Match": f'"{await person.version(made)}"'}
    own = await person.approve(path, headers=seen)

    assert (own.status_code, own.json()["code"]) == (403, "approver-is-author")


async def test_V6_approval_is_of_what_was_seen(author, approver, ready) -> None:
    made = await ready(upto="tested")
    path = f"/{made['campaignId']}/approve"

    blind = await approver("POST", path)
    stale = await approver("POST", path, headers={"If-Match": '"1"'})

    assert (blind.status_code, stale.status_code) == (428, 412)


async def test_V6_without_a_test_it_is_not_approved(author, approver, ready) -> None:
    made = await ready(upto="checked")
    answer = await approver(
        "POST", f"/{made['campaignId']}/approve", headers={"If-Match": f'"{await ready.version(made)}"'}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "test-missing")


async def test_V6_a_check_from_yesterday_is_none(author, approver, ready, clock) -> None:
    made = await ready(upto="tested")
    clock.go(hours=25)
    seen = {"If-Match": f'"{await ready.version(made)}"'}
    late = await approver("POST", f"/{made['campaignId']}/approve", headers=seen)
    assert (late.status_code, late.json()["code"]) == (409, "check-outdated")

    await ready.again(made)
    seen = {"If-Match": f'"{await ready.version(made)}"'}
    assert (await approver("POST", f"/{made['campaignId']}/approve", headers=seen)).status_code == 200
    clock.go(hours=25)
    started = await author("POST", f"/{made['campaignId']}/start")
    assert (started.status_code, started.json()["code"]) == (409, "check-outdated")


ACTIONS = {
    "change": ("PUT", ""),
    "recipients": ("POST", "/recipients"),
    "check": ("POST", "/check"),
    "test": ("POST", "/test"),
    "approve": ("POST", "/approve"),
    "start": ("POST", "/start"),
    "pause": ("POST", "/pause"),
    "stop": ("POST", "/stop"),
}


@pytest.mark.parametrize("state", STATES)
async def test_V6_what_is_not_possible_says_what_is(author, approver, draft, ready, database, state) -> None:
    made = await ready(upto="tested")
    async with database.driver() as connection:
        await connection.execute("UPDATE campaign SET state = $1", state)
    seen = {"If-Match": f'"{await ready.version(made)}"'}
    requests: dict[str, dict[str, Any]] = {
        "change": {"json": draft(), "headers": seen},
        "recipients": {"content": "nationalId\n", "headers": {"Content-Type": "text/csv"}},
        "test": {"json": {"to": [{"language": "nb", "phone": "+4790000001"}]}},
        "approve": {"headers": seen},
    }
    for action, (method, path) in ACTIONS.items():
        if action in POSSIBLE[state]:
            continue
        who = approver if action == "approve" else author
        answer = await who(method, f"/{made['campaignId']}{path}", **requests.get(action, {}))
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (409, "campaign-state"), action
        assert (problem["state"], problem["allowed"]) == (state, list(POSSIBLE[state]))


async def test_V6_of_two_who_start_at_once_one_does(author, ready) -> None:
    made = await ready(upto="approved")
    answers = await asyncio.gather(*(author("POST", f"/{made['campaignId']}/start") for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 4


async def test_V6_every_step_is_kept_with_its_kind_of_actor(author, approver, ready) -> None:
    made = await ready(upto="approved")
    history = (await approver("GET", f"/{made['campaignId']}/history")).json()["items"]

    assert [(step["action"], step["by"]) for step in history] == [
        ("create", "machine"),
        ("recipients", "machine"),
        ("recipients", "machine"),
        ("check", "machine"),
        ("test", "machine"),
        ("tested", "machine"),
        ("approve", "person"),
    ]


async def test_V6_a_test_is_sent_word_for_word_and_its_addresses_are_not_kept(
    author, ready, colleagues, world, rows
) -> None:
    made = await ready(upto="checked")
    await colleagues("+4790000055", "+4790000056")
    answer = await author(
        "POST",
        f"/{made['campaignId']}/test",
        json={"to": [{"language": "nn", "phone": "+4790000055"}, {"language": "en", "phone": "+4790000056"}]},
    )

    assert [(item["to"], item["sent"], item["reason"]) for item in answer.json()["items"]] == [
        ("+47******55", True, None),
        ("+47******56", True, None),
    ]
    assert sorted(text["text"][:14] for text in world.texts) == ["Hei! Du har få", "Hello! You hav"]
    assert all("Universitetet" in text["text"] for text in world.texts)
    assert "90000055" not in str(await rows("SELECT * FROM campaign_step")) + str(await rows("SELECT * FROM campaign"))


async def test_V6_a_test_that_does_not_go_out_is_none(author, approver, ready, world) -> None:
    made = await ready(upto="checked")
    world.sms_status = 500
    body = {"to": [{"language": "nb", "phone": "+4790000099"}]}
    answer = await author("POST", f"/{made['campaignId']}/test", json=body)

    (item,) = answer.json()["items"]
    assert (item["sent"], item["reason"]) == (False, "sms-gateway-unavailable")
    seen = {"If-Match": f'"{await ready.version(made)}"'}
    refused = await approver("POST", f"/{made['campaignId']}/approve", headers=seen)
    assert refused.json()["code"] == "test-missing"


async def test_V6_tests_have_an_end(author, ready, colleagues) -> None:
    made = await ready(upto="checked")
    phones = [f"+479000005{n}" for n in range(5)]
    await colleagues(*phones)
    body = {"to": [{"language": "nb", "phone": phone} for phone in phones]}
    answers = [await author("POST", f"/{made['campaignId']}/test", json=body) for _ in range(5)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    assert answers[-1].json()["code"] == "too-many-tests"
    assert answers[-1].headers["Retry-After"] == "3600"


@pytest.mark.parametrize("body", [{"to": []}, {"to": [{"language": "nb"}]}, {"to": [{"language": "nb", "phone": "1"}]}])
async def test_V6_a_test_needs_an_address(author, ready, body) -> None:
    made = await ready(upto="checked")
    answer = await author("POST", f"/{made['campaignId']}/test", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")


async def test_V6_only_those_with_the_scope_are_let_in(operator, approver, author, draft) -> None:
    made = (await author("POST", "", json=draft())).json()["campaignId"]
    refused = [
        await approver("POST", "", json=draft()),
        await approver("PUT", f"/{made}", json=draft()),
        await operator("POST", f"/v1/campaigns/{made}/approve"),
        await operator("POST", "/v1/campaigns", json=draft()),
    ]
    for answer in refused:
        assert (answer.status_code, answer.json()["code"]) == (403, "scope-missing")
    assert (await operator("GET", f"/v1/campaigns/{made}/progress")).status_code == 200
    assert (await operator("POST", f"/v1/campaigns/{made}/stop")).status_code == 200


async def test_V6_a_machine_without_an_organisation_sends_nothing(author, draft) -> None:
    answer = await author("POST", "", json=draft(), organisation=None)
    assert (answer.status_code, answer.json()["code"]) == (403, "caller-not-allowed")


async def test_V6_a_machine_does_not_approve(client: httpx.AsyncClient, author, ready) -> None:
    made = await ready(upto="tested")
    answer = await author("POST", f"/{made['campaignId']}/approve", scope="nhn:varsling/approve")
    assert (answer.status_code, answer.json()["code"]) == (403, "caller-not-allowed")
