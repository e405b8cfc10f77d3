"""Why did I, or did I not, get this: for the citizen, and for those who are asked."""

from typing import Any
from uuid import uuid4

import pytest

from notification_service.errors import MessageRefused, ProviderUnavailable
from notification_service.notifying.explaining import explain

BOTH = {"language": "nb", "phone": "+4790000001", "email": "kari@example.org", "channels": {"tool": ["sms", "email"]}}
SMS = BOTH | {"channels": {"tool": ["sms"]}}


async def trail(citizen: Any, place: int = 0, language: str = "en") -> dict[str, Any]:
    items = (await citizen.get("notifications")).json()["items"]
    path = f"notifications/{items[place]['notificationId']}"
    return (await citizen.get(path, headers={"Accept-Language": language})).json()


def steps(shown: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(step["step"], step["reason"]) for step in shown["trail"]]


async def test_what_became_of_a_notification_can_be_followed(kari, news, clock, postman, sms, email) -> None:
    news.gather(60)
    await kari.choose(SMS)
    await news.prescribed(kari.reference)
    clock.go(seconds=10)
    await news.prescribed(kari.reference)
    clock.go(seconds=50)
    sms.outcomes = [ProviderUnavailable("timeout"), MessageRefused("sms-refused")]
    await postman.round()
    clock.go(seconds=2)
    await postman.round()

    by_sms = await trail(kari, 3)
    assert steps(by_sms) == [
        ("created", None),
        ("held", "gathering"),
        ("attempt-failed", "timeout"),
        ("failed", "sms-refused"),
    ]
    assert by_sms["trail"][1]["until"] == "2026-11-22T08:01:00.000Z"
    assert by_sms["explanation"] == "The SMS provider cannot send to your phone number."
    joined = await trail(kari, 2)
    assert steps(joined)[1] == ("gathered", None)
    assert joined["messageId"] == by_sms["messageId"]
    by_email = await trail(kari, 0)
    assert steps(by_email)[-1] == ("sent", None)
    assert by_email["trail"][-1]["together"] == 2
    assert by_email["trail"][-1]["to"] == "k***@example.org"
    assert by_email["template"] == "tool-prescribed-several.v2"
    assert by_email["explanation"] == "The message was sent this way because the other one did not work."


@pytest.mark.parametrize(
    ("language", "words"),
    [("nb", "Du har valgt å ikke få varsler"), ("nn", "Du har valt å ikkje få varsel"), ("en", "You have chosen not")],
)
async def test_why_nothing_came_is_said_in_the_readers_language(kari, news, language, words) -> None:
    await kari.choose(BOTH | {"channels": {"tool": []}})
    await news.prescribed(kari.reference)

    shown = await trail(kari, language=language)

    assert steps(shown) == [("created", None), ("dropped", "no-channel")]
    assert shown["explanation"].startswith(words)


@pytest.mark.parametrize(("asked", "language"), [(None, "nn"), ("*", "nn"), ("fr", "nn"), ("en", "en"), ("nb", "nb")])
async def test_who_asks_for_no_language_reads_their_own(kari, news, asked, language) -> None:
    await kari.choose(BOTH | {"language": "nn", "channels": {"tool": []}})
    await news.prescribed(kari.reference)
    sent = {"Accept-Language": asked} if asked else {}

    for path in ("notifications", "access-log"):
        answer = await kari.get(path, headers=sent)
        assert (answer.status_code, answer.headers["Content-Language"]) == (200, language)
    [shown] = (await kari.get("notifications", headers=sent)).json()["items"]
    one = await kari.get(f"notifications/{shown['notificationId']}", headers=sent)
    assert one.headers["Content-Language"] == language


async def test_what_waits_says_what_it_waits_for(kari, news, clock) -> None:
    from datetime import UTC, datetime

    await kari.choose(SMS)
    clock.now = datetime(2026, 11, 22, 21, 0, tzinfo=UTC)
    await news.prescribed(kari.reference)

    shown = await trail(kari)

    assert (shown["status"], shown["reason"]) == ("accepted", None)
    assert steps(shown)[-1] == ("held", "quiet-hours")
    assert "quiet hours" in shown["explanation"]


async def test_another_citizens_notification_is_not_there(kari, ola, news) -> None:
    await news.prescribed(ola.reference)
    (item,) = (await ola.get("notifications")).json()["items"]

    for path in (f"notifications/{item['notificationId']}", f"notifications/{uuid4()}"):
        answer = await kari.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert (await kari.get("notifications/1")).status_code == 422


async def test_an_unchanged_trail_is_304(kari, news, postman) -> None:
    await kari.choose(SMS)
    await news.prescribed(kari.reference)
    (item,) = (await kari.get("notifications")).json()["items"]
    path = f"notifications/{item['notificationId']}"
    etag = (await kari.get(path)).headers["ETag"]

    assert (await kari.get(path, headers={"If-None-Match": etag})).status_code == 304
    await postman.round()
    assert (await kari.get(path, headers={"If-None-Match": etag})).status_code == 200


def question(person: Any, **changes: Any) -> dict[str, Any]:
    return {"json": {"citizen": {"nationalId": person.number}, "reason": "Sak 2026/118"} | changes}


async def test_support_sees_the_same_with_its_trail(kari, ola, news, postman, operator) -> None:
    await kari.choose(SMS)
    await news.prescribed(kari.reference)
    await news.prescribed(ola.reference)
    await postman.round()

    answer = await operator("POST", "/v1/notifications/search", **question(kari), headers={"Accept-Language": "nn"})

    (shown,) = answer.json()["items"]
    assert (shown["status"], shown["to"]) == ("sent", "+47******01")
    assert [step["step"] for step in shown["trail"]] == ["created", "sent"]
    assert shown["explanation"] == "Du fekk SMS fordi du har valt det i innstillingane dine."
    assert answer.headers["Content-Language"] == "nn"
    assert kari.number not in answer.text
    assert "+4790000001" not in answer.text


async def test_support_pages_through(kari, ola, news, operator) -> None:
    for _ in range(3):
        await news.prescribed(kari.reference)
    first = await operator("POST", "/v1/notifications/search", **question(kari), params={"limit": 2})
    cursor = first.json()["nextCursor"]
    second = await operator("POST", "/v1/notifications/search", **question(kari), params={"cursor": cursor})

    assert (len(first.json()["items"]), len(second.json()["items"])) == (2, 1)
    other = await operator("POST", "/v1/notifications/search", **question(ola), params={"cursor": cursor})
    assert (other.status_code, other.json()["code"]) == (400, "cursor-invalid")


@pytest.mark.rule("I1")
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"citizen": {"nationalId": "11111111111"}}, "national-id-check-digits"),
        ({"citizen": {"nationalId": "99999999999"}}, "national-id-malformed"),
        ({"citizen": {"nationalId": "1"}}, "invalid-input"),
        ({"reason": ""}, "invalid-input"),
        ({"reason": None}, "invalid-input"),
        ({"reason": "Ringte\nINFO en annen linje"}, "invalid-input"),
        ({"reason": "Ringte\u202e"}, "invalid-input"),
    ],
)
async def test_a_question_that_cannot_be_answered_is_refused(kari, operator, change, code) -> None:
    answer = await operator("POST", "/v1/notifications/search", **question(kari, **change))
    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.rule("I1")
async def test_I1_the_reason_of_a_question_holds_no_identity_number(kari, operator, logged) -> None:
    answer = await operator("POST", "/v1/notifications/search", **question(kari, reason=f"Ringte om {kari.number}"))

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")
    assert kari.number not in logged()


async def test_only_operators_may_ask(kari, operator) -> None:
    answer = await operator("POST", "/v1/notifications/search", scope="nhn:varsling/approve", **question(kari))
    assert (answer.status_code, answer.json()["code"]) == (403, "scope-missing")


@pytest.mark.parametrize("status", ["waiting", "sending", "sent", "delivered"])
@pytest.mark.parametrize(
    "kind", ["tool-prescribed", "tool-closed", "deadline-approaching", "contact-confirmation", "campaign"]
)
def test_there_are_words_for_everything(status: str, kind: str) -> None:
    row: Any = {"kind": kind, "status": status, "reason": None, "channel": "sms", "instead_of": None, "trail": []}
    assert set(explain(row)) == {"nb", "nn", "en"}
    assert set(explain(row | {"reason": "something-new"})) == {"nb", "nn", "en"}
