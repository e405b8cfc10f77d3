"""V6: a test goes to the author's own confirmed contact points and to colleagues who confirmed, and leaves a trail."""

import asyncio
import json
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import httpx
import pytest

from notification_service.app import create_app
from notification_service.clients.email import MailServer

pytestmark = pytest.mark.rule("V6")

SMS = {"to": [{"language": "nb", "phone": "+4790000099"}]}
EMAIL = {"to": [{"language": "nb", "email": "colleague@example.org"}]}


async def test_V6_a_test_goes_to_nobody_who_has_not_confirmed(author, ready, world, rows) -> None:
    made = await ready(upto="checked")
    body = {"to": [*SMS["to"], {"language": "nb", "phone": "+4790000055", "email": "a@example.org"}]}
    answers = await asyncio.gather(*(author("POST", f"/{made['campaignId']}/test", json=body) for _ in range(5)))

    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(422, "test-recipient-unconfirmed")}
    assert answers[0].json()["unconfirmed"] == ["/body/to/1/phone", "/body/to/1/email"]
    assert world.texts == await rows("SELECT * FROM test_sending") == []


async def test_V6_what_is_confirmed_at_another_organisation_or_long_ago_is_not(
    author, ready, colleagues, world, clock
) -> None:
    await colleagues("+4790000055", organisation="999977775")
    body = {"to": [{"language": "nb", "phone": "+4790000055"}]}
    made = await ready(upto="checked")
    answer = await author("POST", f"/{made['campaignId']}/test", json=body)
    assert answer.json()["code"] == "test-recipient-unconfirmed"

    assert (await author("POST", f"/{made['campaignId']}/test", json=SMS)).status_code == 200
    clock.go(days=366)
    answer = await author("POST", f"/{made['campaignId']}/test", json=SMS)
    assert answer.json()["code"] == "test-recipient-unconfirmed"
    assert len(world.texts) == 1


async def test_V6_each_message_of_a_test_leaves_a_trail_without_its_address(
    author, stranger, person, ready, world, mailbox, rows
) -> None:
    made = await ready(upto="checked")
    path = f"/{made['campaignId']}"
    await author("POST", f"{path}/test", json=SMS)
    world.sms_status = 422
    await person("POST", f"{path}/test", json={"to": [{"language": "en", **SMS["to"][0], **EMAIL["to"][0]}]})

    kept = await rows("SELECT * FROM test_sending")
    assert {row["organisation"] for row in kept} == {"999977774"}
    assert sum(row["actor"].startswith("k1-") for row in kept) == 2
    assert "90000099" not in str(kept)
    assert "colleague" not in str(kept)
    assert len({row["address"] for row in kept}) == 2
    trail = (await person("GET", f"{path}/tests")).json()["items"]
    told = [(it["by"], it["own"], it["clientId"], it["channel"], it["sent"], it["reason"]) for it in trail]
    assert sorted(told, key=str) == [
        ("machine", False, "the-study-system", "sms", True, None),
        ("person", True, "the-desk", "email", True, None),
        ("person", True, "the-desk", "sms", False, "sms-refused"),
    ]
    assert (await stranger("GET", f"{path}/tests")).status_code == 404
    first = (await author("GET", f"{path}/tests", params={"limit": 2})).json()
    rest = (await author("GET", f"{path}/tests", params={"limit": 2, "cursor": first["nextCursor"]})).json()
    assert len({json.dumps(it) for it in [*first["items"], *rest["items"]]}) == 3
    assert rest["nextCursor"] is None


async def test_V6_the_trail_is_there_before_anything_is_sent(app, author, ready, world, rows) -> None:
    """Also of what nobody sees the end of."""
    made = await ready(upto="checked")
    seen: list[Any] = []

    def gateway(request: httpx.Request) -> httpx.Response:
        task = asyncio.get_running_loop().create_task(rows("SELECT outcome FROM test_sending"))
        seen.append(task)
        return httpx.Response(202, json={"messageId": "1"})

    world._gateway = gateway
    try:
        await author("POST", f"/{made['campaignId']}/test", json=SMS)
    finally:
        del world._gateway
    assert len(await seen[0]) == 1
    assert [row["outcome"] for row in await rows("SELECT outcome FROM test_sending")] == ["sent"]


async def test_V6_tests_are_counted_over_all_campaigns_and_replicas(author, ready, world, replica) -> None:
    """Eighty messages by campaigns of an author's own making."""
    quotas = {"test_messages_per_day": 12, "organisation_test_messages_per_day": 100}
    apps = [await replica(**quotas), await replica(**quotas)]
    codes = []
    for number in range(1, 5):
        made = await ready(upto="checked", round=number)
        for app, author.client in apps:
            for _ in range(4):
                answer = await author("POST", f"/{made['campaignId']}/test", json={"to": SMS["to"] * 2})
                codes.append(answer.json().get("code"))
            await app.state.limits.counters.tell()

    assert len(world.texts) <= 12 + 8  # what the second replica lets through before it has heard
    assert codes[-8:] == ["rate-limit-exceeded"] * 8


async def test_V6_an_organisations_tests_are_counted_whoever_sends_them(
    author, person, stranger, ready, colleagues, world, replica
) -> None:
    _, client = await replica(test_messages_per_day=100, organisation_test_messages_per_day=3)
    made = await ready(upto="checked")
    author.client = person.client = client
    for who in (author, person, author):
        assert (await who("POST", f"/{made['campaignId']}/test", json=SMS)).status_code == 200

    refused = await person("POST", f"/{made['campaignId']}/test", json=SMS)
    assert (refused.status_code, refused.json()["code"]) == (429, "rate-limit-exceeded")
    assert refused.json()["violatedPolicies"] == ["tests-organisation-day"]
    assert int(refused.headers["Retry-After"]) > 0
    assert len(world.texts) == 3


async def test_V6_the_same_request_again_sends_nothing(author, ready, world, rows) -> None:
    made = await ready(upto="checked")
    key = {"Idempotency-Key": str(uuid4())}
    at_once = await asyncio.gather(
        *(author("POST", f"/{made['campaignId']}/test", json=SMS, headers=key) for _ in range(6))
    )
    again = await author("POST", f"/{made['campaignId']}/test", json=SMS, headers=key)

    assert {answer.status_code for answer in at_once} <= {200, 409}
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (200, "true")
    assert again.json() == next(answer.json() for answer in at_once if answer.status_code == 200)
    assert len(world.texts) == len(await rows("SELECT * FROM test_sending")) == 1
    other = await author("POST", f"/{made['campaignId']}/test", json=EMAIL, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


async def test_V6_a_test_whose_end_nobody_saw_is_sent_again_under_the_same_id(
    author, ready, world, rows, clock
) -> None:
    made = await ready(upto="checked")
    key = {"Idempotency-Key": str(uuid4())}

    class Killed(BaseException):
        pass

    def gateway(request: httpx.Request) -> httpx.Response:
        raise Killed

    world._gateway = gateway
    try:
        with pytest.raises(BaseException):  # noqa: B017, PT011 - the process ends
            await author("POST", f"/{made['campaignId']}/test", json=SMS, headers=key)
    finally:
        del world._gateway
    early = await author("POST", f"/{made['campaignId']}/test", json=SMS, headers=key)
    assert (early.status_code, early.json()["code"]) == (409, "idempotency-in-progress")
    clock.go(minutes=1)
    late = await author("POST", f"/{made['campaignId']}/test", json=SMS, headers=key)
    assert late.json()["items"][0]["sent"] is True
    keys = {request.headers["Idempotency-Key"] for request in world.about("gateway.test")}
    assert {str(row["test_sending_id"]) for row in await rows("SELECT * FROM test_sending")} == keys
    assert len(keys) == 1


async def test_V6_a_test_is_needed_on_every_channel_in_use(author, approver, people, ready, mailbox) -> None:
    both = await people(5, email="a@example.org", channels={"tool": ["sms", "email"]})
    made = await ready(upto="checked", to=both)
    path = f"/{made['campaignId']}"

    async def approve() -> httpx.Response:
        return await approver("POST", f"{path}/approve", headers={"If-Match": f'"{await author.version(made)}"'})

    await author("POST", f"{path}/test", json=SMS)
    refused = await approve()
    assert (refused.status_code, refused.json()["code"], refused.json()["channels"]) == (409, "test-missing", ["email"])
    mailbox.answer = "550 Not here"
    await author("POST", f"{path}/test", json=EMAIL)
    assert (await approve()).json()["code"] == "test-missing"
    mailbox.answer = "250 Kept"
    await author("POST", f"{path}/test", json=EMAIL)
    assert (await author("GET", path)).json()["testedChannels"] == ["email", "sms"]
    assert (await approve()).status_code == 200


@pytest.mark.parametrize(("count", "lacking"), [(1, ["email", "sms"]), (5, ["sms"]), (6, ["email", "sms"])])
async def test_V6_what_lacks_a_test_does_not_tell_by_what_a_few_are_sent_to(
    author, approver, people, ready, count, lacking
) -> None:
    """Where the check counts some as `other`, it may be any channel (0056)."""
    made = await ready(upto="checked", to=await people(count))
    path = f"/{made['campaignId']}/approve"
    refused = await approver("POST", path, headers={"If-Match": f'"{await author.version(made)}"'})
    assert (refused.json()["code"], refused.json()["channels"]) == ("test-missing", lacking)


async def test_V6_a_change_of_content_needs_every_test_anew(author, approver, draft, people, ready) -> None:
    made = await ready(upto="tested", to=await people(5))
    path = f"/{made['campaignId']}"
    await author("PUT", path, json=draft(), headers={"If-Match": f'"{await author.version(made)}"'})
    await ready.again(made, upto="checked")

    assert (await author("GET", path)).json()["testedChannels"] == []
    seen = {"If-Match": f'"{await author.version(made)}"'}
    refused = await approver("POST", f"{path}/approve", headers=seen)
    assert (refused.json()["code"], refused.json()["channels"]) == ("test-missing", ["sms"])


async def test_V6_a_test_of_what_is_changed_meanwhile_counts_for_nothing(author, draft, ready, world, rows) -> None:
    made = await ready(upto="checked")
    path = f"/{made['campaignId']}"
    changed: list[httpx.Response] = []

    async def elsewhere(request: httpx.Request) -> httpx.Response:
        etag = {"If-Match": f'"{await author.version(made)}"'}
        changed.append(await author("PUT", path, json=draft(perMinute=60), headers=etag))
        return httpx.Response(202, json={"messageId": "1"})

    handle = world.handle

    async def handled(request: httpx.Request) -> httpx.Response:
        return await (elsewhere(request) if request.url.host == "gateway.test" else handle(request))

    async with AsyncExitStack() as stack:
        http = httpx.AsyncClient(transport=httpx.MockTransport(handled))
        app = create_app(author.client._transport.app.state.settings, http=http, clock=author.clock)
        await stack.enter_async_context(app.router.lifespan_context(app))
        own = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://varsling.test")
        author.client = await stack.enter_async_context(own)
        answer = await author("POST", f"{path}/test", json=SMS)

    assert [one.status_code for one in changed] == [200]
    assert (answer.status_code, answer.json()["code"]) == (412, "precondition-failed")
    assert [row["outcome"] for row in await rows("SELECT outcome FROM test_sending")] == ["sent"]


async def test_V6_whatever_goes_wrong_in_a_test_is_an_outcome(app, author, ready, database, world, monkeypatch) -> None:
    made = await ready(upto="checked")
    path = f"/{made['campaignId']}/test"

    def fails(*_: Any) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(MailServer, "_mail", fails)
    answer = await author("POST", path, json=EMAIL)
    assert (answer.status_code, answer.json()["items"][0]["reason"]) == (200, "internal-error")
    world.sms_status = 418
    assert (await author("POST", path, json=SMS)).json()["items"][0]["reason"] == "sms-refused"

    async with database.driver() as connection:
        await connection.execute("UPDATE campaign SET texts = jsonb_set(texts, '{nb,sms}', '\"Hei {name}\"')")
    answer = await author("POST", path, json=SMS)
    assert (answer.status_code, answer.json()["items"][0]["reason"]) == (200, "text-unsound")
