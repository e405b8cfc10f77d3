"""S4, R3: a survey counts as research until somebody else than its author says why it does not."""

from datetime import timedelta
from typing import Any

import pytest

from shared.events import ReservationChanged

pytestmark = pytest.mark.rule("S4")

REASON = {"reason": "Kvalitetssikring av egen drift, uten ny kunnskap som mål"}


@pytest.fixture
def go(feeder: Any, postman: Any, clock: Any) -> Any:
    async def run(seconds: float = 4) -> None:
        end = clock.now + timedelta(seconds=seconds)
        while clock.now < end:
            await feeder.feed_all()
            while await postman.round():
                pass
            clock.go(seconds=0.5)

    return run


@pytest.fixture
def reserve(news: Any, clock: Any) -> Any:
    async def say_no(one: Any, kind: str = "research-contact") -> None:
        told = {"citizen": one.reference, "kind": kind, "reserved": True, "version": 1}
        await news.tell(ReservationChanged(**told, changed_at=clock()))

    return say_no


@pytest.fixture
def judge(approver: Any, author: Any) -> Any:
    async def judge(made: Any, by: Any = None, body: Any = REASON, **request: Any) -> Any:
        seen = {"If-Match": f'"{await author.version(made)}"'}
        path = f"/{made['campaignId']}/not-research"
        return await (by or approver)("POST", path, **({"json": body, "headers": seen} | request))

    return judge


def numbers(provider: Any) -> list[str]:
    return sorted(message.to for message in provider.taken.values())


async def shown(author: Any, made: Any, of: str = "") -> Any:
    return (await author("GET", f"/{made['campaignId']}{of}")).json()


async def test_S4_a_survey_is_not_sent_to_who_is_reserved_against_research(
    author, people, ready, reserve, go, sms
) -> None:
    some = await people(12)
    for one in some[:5]:
        await reserve(one)
    for one in some[5:10]:
        await reserve(one, "survey-contact")
    made = await ready(upto="checked", category="survey", to=some)
    found = await shown(author, made)
    assert found["countsAsResearch"] is True
    assert found["check"]["excluded"] == {"reserved-research": 5, "reserved": 5}
    await ready.again(made, upto="started")
    await go()
    assert numbers(sms) == sorted(one.phone for one in some[10:])


async def test_S4_consent_service_is_asked_about_both_kinds(people, ready, feeder, world) -> None:
    import json

    await ready(category="survey", to=await people(1))
    before = len(world.about("consent.test"))
    await feeder.feed_all()
    asked = [json.loads(request.content) for request in world.about("consent.test")[before:]]
    assert {question["kind"] for question in asked if "kind" in question} == {"research-contact", "survey-contact"}


async def test_S4_whoever_says_no_to_research_on_the_way_gets_no_survey(
    people, ready, feeder, go, sms, reserve
) -> None:
    some = await people(3)
    await ready(category="survey", to=some)
    await feeder.feed_all()
    await reserve(some[0])
    await go()
    assert numbers(sms) == sorted(one.phone for one in some[1:])


async def test_S4_a_no_that_is_not_handled_yet_is_seen_right_before_sending(
    people, ready, feeder, postman, sms, database
) -> None:
    some = await people(2)
    await ready(category="survey", to=some)
    await feeder.feed_all()
    async with database.driver() as connection:
        sql = "INSERT INTO reservation VALUES ($1, 'research-contact', true, 1, now())"
        await connection.execute(sql, some[0].reference)
    await postman.round()
    assert numbers(sms) == [some[1].phone]


async def test_R3_a_second_person_says_why_it_is_not_research(
    author, people, ready, reserve, judge, go, sms, feeder, approver
) -> None:
    some = await people(7)
    await reserve(some[0])
    for one in some[1:6]:
        await reserve(one, "survey-contact")
    made = await ready(upto="tested", category="survey", to=some)
    judged = await judge(made)
    assert judged.status_code == 200, judged.text
    assert (judged.json()["countsAsResearch"], judged.json()["state"], judged.json()["testedAt"]) == (
        False,
        "draft",
        None,
    )
    for reader in (author, approver):
        [*_, step] = (await shown(reader, made, "/history"))["items"]
        assert (step["action"], step["by"], step["details"]) == ("not-research", "person", REASON)
    await ready.again(made, upto="started")
    assert (await shown(author, made))["check"]["excluded"] == {"reserved": 5}
    await feeder.feed_all()
    await reserve(some[6], "campaign-contact")
    await go()
    assert numbers(sms) == sorted([some[0].phone, some[6].phone])


async def test_R3_changed_it_counts_as_research_again(author, people, ready, judge, draft) -> None:
    made = await ready(upto="added", category="survey", to=await people(1))
    assert (await judge(made)).status_code == 200
    seen = {"If-Match": f'"{await author.version(made)}"'}
    changed = await author("PUT", f"/{made['campaignId']}", json=draft(category="survey", urgent=True), headers=seen)
    assert (changed.status_code, changed.json()["countsAsResearch"]) == (200, True)


async def test_R3_the_author_does_not_say_so(author, person, people, ready) -> None:
    made = await ready(upto="added", by=person, category="survey", to=await people(1))
    seen = {"If-Match": f'"{await author.version(made)}"'}
    refused = await person.approve(f"/{made['campaignId']}/not-research", json=REASON, headers=seen)
    assert (refused.status_code, refused.json()["code"]) == (403, "judge-is-author")
    assert (await shown(author, made))["countsAsResearch"] is True


@pytest.mark.parametrize("category", ["research", "information"])
async def test_R3_only_a_survey_is_judged(author, people, ready, judge, category) -> None:
    made = await ready(upto="added", category=category, to=await people(1))
    refused = await judge(made)
    assert (refused.status_code, refused.json()["code"]) == (409, "not-a-survey")
    assert (await shown(author, made))["countsAsResearch"] is (category == "research")


async def test_R3_not_once_it_is_approved(author, people, ready, judge) -> None:
    made = await ready(upto="approved", category="survey", to=await people(1))
    refused = await judge(made)
    assert (refused.status_code, refused.json()["code"]) == (409, "campaign-state")


async def test_R3_what_was_seen_is_what_is_judged(people, ready, judge) -> None:
    made = await ready(upto="added", category="survey", to=await people(1))
    refused = await judge(made, headers={})
    assert (refused.status_code, refused.json()["code"]) == (428, "precondition-required")
    refused = await judge(made, headers={"If-Match": '"999"'})
    assert (refused.status_code, refused.json()["code"]) == (412, "precondition-failed")


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "      kort     "}, {"reason": "x" * 1001}])
async def test_R3_without_a_reason_it_is_refused(people, ready, judge, body) -> None:
    made = await ready(upto="added", category="survey", to=await people(1))
    assert (await judge(made, body=body)).status_code == 422


async def test_I1_a_reason_with_an_identity_number_is_refused_and_no_reason_is_logged(
    people, ready, judge, logged
) -> None:
    some = await people(1)
    made = await ready(upto="added", category="survey", to=some)
    refused = await judge(made, body={"reason": f"Gjelder ikke {some[0].number} alene"})
    assert refused.status_code == 422
    assert some[0].number not in refused.text
    assert (await judge(made)).status_code == 200
    assert REASON["reason"] not in logged()


async def test_S4_who_is_left_out_and_support_are_told_why_and_nothing_of_the_letter(
    client, people, ready, reserve, go, operator, author, world
) -> None:
    """Set aside by the upload, by the check, and at the moment of sending."""
    some = await people(7)
    for one in some[:3]:
        await reserve(one)
    made = await ready(upto="approved", category="survey", to=some)
    for one in some[3:5]:
        await reserve(one)
    started = await author("POST", f"/{made['campaignId']}/start")
    assert started.status_code == 200
    await go()
    words = {
        "nb": "Du har reservert deg mot å bli kontaktet om forskning, og henvendelsen regnes som forskning.",
        "en": "You have reserved yourself against research contact, and this counts as research.",
    }
    for one in some[:5]:
        for language, expected in words.items():
            [told] = await _looked_up(operator, one, language)
            assert (told["status"], told["reason"], told["channel"]) == ("dropped", "reserved-research", None)
            assert (told["explanation"], told["about"]) == (expected, made["campaignId"])
            assert [step["step"] for step in told["trail"]] == ["created", "dropped"]
            assert not {"Universitetet", "brev", "letter"} & set(str(told).split())
    progress = await shown(author, made, "/progress")
    assert (progress["sent"], progress["notSent"]) == (2, {"reserved-research": 5})


async def test_S4_of_research_the_words_are_the_same_and_of_a_letter_that_never_goes_nothing_is_kept(
    people, ready, go, operator, reserve, author
) -> None:
    some = await people(2)
    await reserve(some[0])
    made = await ready(upto="approved", to=some)
    assert await _looked_up(operator, some[0], "en") == []
    await author("POST", f"/{made['campaignId']}/start")
    await go()
    [told] = await _looked_up(operator, some[0], "en")
    assert (told["reason"], told["explanation"]) == (
        "reserved",
        "You have reserved yourself against research contact, and this counts as research.",
    )


async def test_S4_paused_and_started_again_it_is_told_once(people, ready, go, operator, reserve, author) -> None:
    some = await people(2)
    await reserve(some[0])
    made = await ready(to=some, category="survey")
    for act in ("pause", "start"):
        assert (await author("POST", f"/{made['campaignId']}/{act}")).status_code == 200
    await go()
    assert len(await _looked_up(operator, some[0], "en")) == 1


async def _looked_up(operator: Any, one: Any, language: str) -> Any:
    question = {"citizen": {"nationalId": one.number}, "reason": "Sak 2026/118"}
    path, headers = "/v1/notifications/search", {"Accept-Language": language}
    answer = await operator("POST", path, json=question, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]
