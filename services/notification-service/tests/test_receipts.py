"""V4: delivery receipts come back signed, in any order, as often as providers like, and are kept."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from notification_service.errors import ProviderUnavailable
from notification_service.receipts.signature import TOLERANCE, sign
from notification_service.sending.loop import LEASE
from shared.schemas import rfc3339

pytestmark = pytest.mark.rule("V4")

SECRET = "the-gateways-secret-of-32-characters"
SMS = {"language": "nb", "phone": "+4790000001", "email": "kari@example.org", "channels": {"tool": ["sms"]}}
SMS_ALONE = SMS | {"email": None}

Tell = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
def tell(client: httpx.AsyncClient, clock: Any) -> Tell:
    async def post(*receipts: dict[str, Any], provider: str = "sms-gateway", **headers: str) -> httpx.Response:
        body = json.dumps({"receipts": receipts}).encode()
        signed = {"Content-Type": "application/json", "Signature": sign(SECRET, body, clock())}
        return await client.post(f"/v1/delivery-receipts/{provider}", content=body, headers=signed | headers)

    return post


def receipt(message: UUID, status: str, at: datetime, receipt_id: str | None = None) -> dict[str, Any]:
    return {"receiptId": receipt_id or str(uuid4()), "reference": str(message), "status": status, "at": rfc3339(at)}


@pytest.fixture
async def message(kari: Any, news: Any, postman: Any, sms: Any) -> UUID:
    """One that has been sent."""
    await kari.choose(SMS)
    await news.prescribed(kari.reference)
    await postman.round()
    return next(iter(sms.taken))


def outcomes(rows: list[dict[str, Any]]) -> list[tuple[str, str, str | None]]:
    return [(row["channel"], row["status"], row["reason"]) for row in rows]


async def test_V4_what_has_arrived_is_shown_as_delivered(kari, tell, clock, message, sent_events) -> None:
    clock.go(seconds=3)
    answer = await tell(receipt(message, "delivered", clock()))

    assert answer.json() == {"received": 1, "changed": 1, "unknown": 0}
    (item,) = (await kari.get("notifications")).json()["items"]
    assert (item["status"], item["deliveredAt"]) == ("delivered", "2026-11-22T08:00:03.000Z")
    trail = (await kari.get(f"notifications/{item['notificationId']}")).json()["trail"]
    assert [step["step"] for step in trail] == ["created", "sent", "delivered"]
    assert [event["type"] for event in await sent_events()] == ["notification.sent.v1"]


async def test_V4_what_did_not_arrive_goes_the_other_way(
    tell, clock, message, postman, email, rows, sent_events
) -> None:
    await tell(receipt(message, "undelivered", clock()))
    await postman.round()

    assert outcomes(await rows()) == [("sms", "failed", "undeliverable"), ("email", "sent", None)]
    assert [m.to for m in email.calls] == ["kari@example.org"]
    assert [event["type"] for event in await sent_events()] == [
        "notification.sent.v1",
        "notification.failed.v1",
        "notification.sent.v1",
    ]


async def test_V4_without_another_way_it_is_no_dead_letter(kari, tell, clock, news, postman, sms, rows) -> None:
    await kari.choose(SMS_ALONE)
    await news.prescribed(kari.reference)
    await postman.round()
    await tell(receipt(next(iter(sms.taken)), "undelivered", clock()))

    assert outcomes(await rows()) == [("sms", "failed", "undeliverable")]
    assert await rows("SELECT * FROM dead_letter") == []


async def test_V4_a_receipt_that_comes_again_changes_nothing(tell, clock, message, rows, sent_events) -> None:
    same = receipt(message, "undelivered", clock())
    answers = await asyncio.gather(*(tell(same) for _ in range(6)))

    assert sorted(answer.json()["changed"] for answer in answers) == [0] * 5 + [1]
    assert len(await rows()) == 2
    assert len(await sent_events()) == 2


async def test_V4_the_same_request_recorded_and_sent_again_changes_nothing(tell, clock, message, client, rows) -> None:
    body = json.dumps({"receipts": [receipt(message, "delivered", clock())]}).encode()
    headers = {"Content-Type": "application/json", "Signature": sign(SECRET, body, clock())}

    async def post() -> httpx.Response:
        return await client.post("/v1/delivery-receipts/sms-gateway", content=body, headers=headers)

    assert (await post()).json()["changed"] == 1
    assert (await post()).json()["changed"] == 0
    clock.now += TOLERANCE + timedelta(seconds=1)
    assert (await post()).status_code == 401
    assert len((await rows())[0]["trail"]) == 3


async def test_V4_a_bounce_after_arrival_counts_and_one_from_before_does_not(tell, clock, message, rows) -> None:
    arrived = clock.now + timedelta(seconds=10)
    await tell(receipt(message, "delivered", arrived))
    await tell(receipt(message, "undelivered", arrived - timedelta(seconds=5)))
    assert outcomes(await rows()) == [("sms", "delivered", None)]

    await tell(receipt(message, "undelivered", arrived + timedelta(seconds=5)))
    assert outcomes(await rows())[0] == ("sms", "failed", "undeliverable")


async def test_V4_out_of_order_in_one_batch_the_providers_clock_decides(tell, clock, message, rows) -> None:
    later = receipt(message, "delivered", clock.now + timedelta(seconds=9))
    earlier = receipt(message, "undelivered", clock.now + timedelta(seconds=1))

    answer = await tell(later, earlier)

    assert answer.json()["changed"] == 2
    assert outcomes(await rows())[0] == ("sms", "delivered", None)


async def test_V4_an_arrival_heard_of_after_a_later_bounce_changes_nothing(tell, clock, message, rows) -> None:
    await tell(receipt(message, "undelivered", clock.now + timedelta(seconds=9)))
    await tell(receipt(message, "delivered", clock.now + timedelta(seconds=1)))

    assert outcomes(await rows())[0] == ("sms", "failed", "undeliverable")


async def test_V4_a_receipt_before_our_own_record_stands_and_the_sending_is_told_once(
    kari, tell, clock, news, postman, make_postman, sms, rows, sent_events
) -> None:
    """The worker has died between the call and the record: the provider knows more than we do."""

    class Killed(BaseException):
        pass

    await kari.choose(SMS)
    await news.prescribed(kari.reference)
    sms.after_taking = Killed()
    await postman.round()
    sms.after_taking = None

    await tell(receipt(next(iter(sms.taken)), "delivered", clock()))
    clock.now += LEASE
    assert await make_postman().round() == 0

    assert outcomes(await rows()) == [("sms", "delivered", None)]
    assert len(sms.calls) == 1
    assert [event["type"] for event in await sent_events()] == ["notification.sent.v1"]


@pytest.mark.parametrize("status", ["delivered", "undelivered"])
async def test_V4_a_receipt_while_the_call_is_under_way_is_not_overwritten(
    kari, tell, clock, news, postman, sms, rows, sent_events, status
) -> None:
    await kari.choose(SMS_ALONE)
    await news.prescribed(kari.reference)
    sms.hold()
    sending = asyncio.create_task(postman.round())
    await sms.until_busy()
    await tell(receipt(sms.calls[0].message_id, status, clock()))
    sms.let_go()
    await sending

    expected = {"delivered": ("sms", "delivered", None), "undelivered": ("sms", "failed", "undeliverable")}
    assert outcomes(await rows()) == [expected[status]]
    assert len(await sent_events()) == 1


async def test_V4_an_attempt_that_seemed_to_fail_and_arrived_is_not_made_again(
    kari, tell, clock, news, postman, sms, rows
) -> None:
    await kari.choose(SMS_ALONE)
    await news.prescribed(kari.reference)
    sms.after_taking = ProviderUnavailable("timeout")
    await postman.round()
    await tell(receipt(next(iter(sms.taken)), "delivered", clock()))
    clock.go(minutes=5)

    assert await postman.round() == 0
    assert outcomes(await rows()) == [("sms", "delivered", None)]


async def test_V4_a_receipt_is_for_everything_that_went_in_the_message_and_for_nothing_else(
    kari, tell, clock, news, postman, sms, rows
) -> None:
    news.gather(60)
    await kari.choose(SMS_ALONE)
    events = [await news.prescribed(kari.reference) for _ in range(3)]
    await news.revoked(events[0])
    clock.go(seconds=60)
    await postman.round()

    await tell(receipt(next(iter(sms.taken)), "delivered", clock()))

    assert sorted(row["status"] for row in await rows()) == ["delivered", "delivered", "dropped"]


async def test_V4_a_receipt_about_nothing_of_ours_is_no_error(tell, clock, message) -> None:
    answer = await tell(receipt(uuid4(), "delivered", clock()), receipt(message, "delivered", clock()))
    assert (answer.status_code, answer.json()) == (200, {"received": 2, "changed": 1, "unknown": 1})


async def test_V4_a_provider_speaks_for_its_own_channel_only(tell, clock, message, rows) -> None:
    answer = await tell(receipt(message, "undelivered", clock()), provider="mail-server")

    assert answer.json()["unknown"] == 1
    assert outcomes(await rows()) == [("sms", "sent", None)]


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "v1=00",
        f"t=1795334400,v1={'0' * 64}",
        "t=,v1=",
        "t=1795334400",
        f"t={'9' * 13},v1={'0' * 64}",
    ],
)
async def test_V4_what_is_not_signed_by_the_provider_is_refused(client, clock, message, rows, signature) -> None:
    headers = {"Content-Type": "application/json"} | ({"Signature": signature} if signature is not None else {})
    body = json.dumps({"receipts": [receipt(message, "undelivered", clock())]})
    answer = await client.post("/v1/delivery-receipts/sms-gateway", content=body, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (401, "signature-invalid")
    assert answer.headers["WWW-Authenticate"] == "Signature"
    assert outcomes(await rows()) == [("sms", "sent", None)]


async def test_V4_a_signature_is_over_this_body_and_this_time_with_this_secret(client, clock, message) -> None:
    body = json.dumps({"receipts": [receipt(message, "delivered", clock())]}).encode()
    good = sign(SECRET, body, clock())
    wrong = [
        (body.replace(b"delivered", b"undelivered"), good),
        (body, good.replace("t=17", "t=18")),
        (body, sign("another-secret", body, clock())),
        (body, sign(SECRET, body, clock() - TOLERANCE - timedelta(seconds=1))),
        (body, sign(SECRET, body, clock() + TOLERANCE + timedelta(seconds=1))),
    ]
    for sent, signature in wrong:
        headers = {"Content-Type": "application/json", "Signature": signature}
        answer = await client.post("/v1/delivery-receipts/sms-gateway", content=sent, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "signature-invalid")


@pytest.mark.parametrize(
    "change",
    [
        {"status": "lost"},
        {"reference": "n-1"},
        {"receiptId": ""},
        {"receiptId": "a b"},
        {"at": "yesterday"},
        {"at": "2026-11-22T08:00:00"},
        {"phone": "+4790000001"},
    ],
)
async def test_V4_what_is_no_receipt_is_refused(tell, clock, message, change) -> None:
    answer = await tell(receipt(message, "delivered", clock()) | change)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")


async def test_V4_nothing_and_too_much_are_refused(tell, clock, message) -> None:
    assert (await tell()).status_code == 422
    assert (await tell(*[receipt(uuid4(), "delivered", clock()) for _ in range(1001)])).status_code == 422
    assert (await tell(provider="pigeon")).status_code == 422


async def test_V4_a_thousand_at_once(tell, clock, message, rows) -> None:
    many = [receipt(uuid4(), "delivered", clock()) for _ in range(999)]
    answer = await tell(*many, receipt(message, "delivered", clock()))
    assert answer.json() == {"received": 1000, "changed": 1, "unknown": 999}
