"""A new phone number or e-mail address is the citizen's own before anything else is sent to it."""

import asyncio
import re
from typing import Any

import pytest

from notification_service.preferences.models import CODE_LASTS, MOST_CODES_AN_HOUR, MOST_TRIES
from notification_service.sending.loop import LEASE

PATH = "notification-settings"
SMS = {"language": "nb", "phone": "+4790000001", "channels": {"tool": ["sms"]}}
NEW = SMS | {"phone": "+4790000002"}


def code_in(provider: Any) -> str:
    return re.findall(r"\b[0-9]{6}\b", provider.calls[-1].text)[0]


async def confirm(citizen: Any, code: str, channel: str = "sms") -> Any:
    return await citizen.request("POST", f"contact-points/{channel}/confirmation", json={"code": code})


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


@pytest.mark.parametrize(("channel", "field", "value"), [("sms", "phone", "+4790000001"), ("email", "email", "k@a.no")])
async def test_a_new_contact_point_is_used_once_its_code_is_entered(
    kari, news, postman, sms, email, channel, field, value
) -> None:
    asked = await kari.ask_for({"language": "nb", field: value})
    assert (asked.json()[field], asked.json()[f"{field}Confirmed"]) == (value, False)
    await postman.round()
    provider = {"sms": sms, "email": email}[channel]
    assert [message.to for message in provider.calls] == [value]

    confirmed = await confirm(kari, code_in(provider), channel)
    assert (confirmed.status_code, confirmed.json()[f"{field}Confirmed"]) == (200, True)
    assert confirmed.headers["ETag"] != asked.headers["ETag"]
    assert (await kari.get(PATH)).json() == confirmed.json()
    await news.prescribed(kari.reference)
    await postman.round()
    assert [message.to for message in provider.calls] == [value, value]


async def test_what_is_not_confirmed_gets_nothing_but_its_code(kari, news, postman, sms, rows) -> None:
    await kari.ask_for(SMS)
    await news.prescribed(kari.reference)

    await postman.round()

    assert len(sms.calls) == 1
    dropped = [row for row in await rows() if row["kind"] == "tool-prescribed"]
    assert [(row["status"], row["reason"]) for row in dropped] == [("dropped", "no-contact-point")]


async def test_until_the_new_one_is_confirmed_the_earlier_one_is_used(kari, news, postman, sms) -> None:
    await kari.choose(SMS)
    await kari.ask_for(NEW)
    await news.prescribed(kari.reference)
    await postman.round()
    assert sorted(message.to for message in sms.calls) == ["+4790000001", "+4790000002"]

    code = next(re.findall(r"[0-9]{6}", m.text)[0] for m in sms.calls if m.to == "+4790000002")
    assert (await confirm(kari, code)).status_code == 200
    await news.prescribed(kari.reference)
    await postman.round()
    assert sms.calls[-1].to == "+4790000002"


async def test_a_contact_point_that_is_taken_away_is_gone_at_once(kari, news, postman, sms, rows) -> None:
    await kari.choose(SMS)
    await kari.ask_for(NEW)
    await kari.ask_for({"language": "nb"})
    await news.prescribed(kari.reference)

    await postman.round()

    assert sms.calls == []
    assert (await kari.get(PATH)).json()["phone"] is None
    assert {row["reason"] for row in await rows()} == {"superseded", "no-contact-point"}


async def test_going_back_to_the_earlier_one_needs_no_code(kari, postman, sms) -> None:
    await kari.choose(SMS)
    await kari.ask_for(NEW)
    back = await kari.ask_for(SMS)

    assert back.json()["phoneConfirmed"] is True
    await postman.round()
    assert sms.calls == []


async def test_another_change_of_settings_leaves_the_code_alone(kari, postman, sms) -> None:
    await kari.ask_for(SMS)
    await postman.round()
    await kari.ask_for(SMS | {"language": "en"})
    await postman.round()

    assert len(sms.calls) == 1
    assert (await confirm(kari, code_in(sms))).status_code == 200


async def test_a_code_can_be_tried_five_times(kari, postman, sms) -> None:
    await kari.ask_for(SMS)
    await postman.round()
    code = code_in(sms)

    left = []
    for _ in range(MOST_TRIES):
        answer = await confirm(kari, other_than(code))
        assert (answer.status_code, answer.json()["code"]) == (422, "code-wrong")
        left.append(answer.json()["triesLeft"])
    assert left == [4, 3, 2, 1, 0]
    spent = await confirm(kari, code)
    assert (spent.status_code, spent.json()["code"]) == (409, "code-expired")


async def test_guesses_at_once_are_counted_one_by_one(kari, postman, sms) -> None:
    await kari.ask_for(SMS)
    await postman.round()
    wrong = other_than(code_in(sms))

    answers = await asyncio.gather(*(confirm(kari, wrong) for _ in range(12)))

    assert sorted(a.json()["code"] for a in answers) == ["code-expired"] * 7 + ["code-wrong"] * 5


async def test_a_code_lasts_for_a_quarter_of_an_hour(kari, clock, postman, sms) -> None:
    await kari.ask_for(SMS)
    await postman.round()
    clock.now += CODE_LASTS

    late = await confirm(kari, code_in(sms))

    assert (late.status_code, late.json()["code"]) == (409, "code-expired")


async def test_a_code_that_could_not_be_sent_in_time_is_not_sent(kari, clock, postman, sms, rows) -> None:
    await kari.ask_for(SMS)
    clock.now += CODE_LASTS

    await postman.round()

    assert sms.calls == []
    assert [(row["status"], row["reason"]) for row in await rows()] == [("dropped", "too-late")]


async def test_a_new_code_replaces_the_one_before(kari, postman, sms) -> None:
    await kari.ask_for(SMS)
    await postman.round()
    first = code_in(sms)
    again = await kari.request("POST", "contact-points/sms/code")
    await postman.round()

    assert again.status_code == 202
    assert len(sms.calls) == 2
    if first != code_in(sms):
        assert (await confirm(kari, first)).json()["code"] == "code-wrong"
    assert (await confirm(kari, code_in(sms))).status_code == 200


async def test_a_code_on_its_way_when_another_is_asked_for_is_not_sent(kari, postman, sms, rows) -> None:
    await kari.ask_for(SMS)
    await kari.request("POST", "contact-points/sms/code")

    await postman.round()

    assert len(sms.calls) == 1
    assert sorted((row["status"], row["reason"]) for row in await rows()) == [("dropped", "superseded"), ("sent", None)]


async def test_nobody_is_sent_codes_without_end(kari, clock, rows) -> None:
    await kari.ask_for(SMS)
    for _ in range(MOST_CODES_AN_HOUR - 1):
        clock.go(minutes=1)
        assert (await kari.request("POST", "contact-points/sms/code")).status_code == 202

    refused = await kari.request("POST", "contact-points/sms/code")
    by_settings = await kari.ask_for(NEW)

    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-codes")
    assert int(refused.headers["Retry-After"]) == 56 * 60 + 1
    assert by_settings.status_code == 429
    assert (await kari.get(PATH)).json()["phone"] == "+4790000001"
    clock.go(minutes=57)
    assert (await kari.request("POST", "contact-points/sms/code")).status_code == 202


async def test_there_must_be_something_to_confirm(kari) -> None:
    for path, body in (("confirmation", {"json": {"code": "123456"}}), ("code", {})):
        answer = await kari.request("POST", f"contact-points/email/{path}", **body)
        assert (answer.status_code, answer.json()["code"]) == (409, "nothing-to-confirm")


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", " 12345", 123456])
async def test_what_is_no_code_is_refused(kari, code) -> None:
    answer = await confirm(kari, code)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")


async def test_one_citizens_code_is_not_anothers(kari, ola, postman, sms) -> None:
    await kari.ask_for(SMS)
    await postman.round()
    await ola.ask_for(SMS)

    answer = await confirm(ola, code_in(sms))

    assert answer.json()["code"] == "code-wrong"


async def test_a_code_goes_to_no_other_channel_and_stands_nowhere(kari, clock, postman, sms, email, rows) -> None:
    from notification_service.errors import MessageRefused

    await kari.choose(SMS | {"email": "kari@example.org"})
    await kari.ask_for(NEW | {"email": "kari@example.org"})
    await postman.round()
    code = code_in(sms)
    kept = str(await rows()) + str(await rows("SELECT * FROM contact_confirmation"))
    assert code not in kept

    await kari.request("POST", "contact-points/sms/code")
    sms.outcomes = [MessageRefused("sms-refused")]
    await postman.round()
    clock.now += LEASE
    assert await postman.round() == 0
    assert email.calls == []


async def test_a_code_does_not_wait_for_consent(kari, news, postman, sms) -> None:
    await news.level(kari.reference, "none", 1)
    await kari.ask_for(SMS)

    await postman.round()

    assert len(sms.calls) == 1
