"""V6, S4: what the check finds, in texts, links and recipients; nothing that fails it can be sent."""

from typing import Any

import httpx
import pytest

from notification_service.clients.links import LinkChecker

pytestmark = pytest.mark.rule("V6")


@pytest.fixture
def check(author: Any, ready: Any) -> Any:
    async def run(**changes: Any) -> dict[str, Any]:
        made = await ready(upto="added", **changes)
        answer = await author("POST", f"/{made['campaignId']}/check")
        assert answer.status_code == 200, answer.text
        return answer.json()

    return run


def texts(draft: Any, language: str = "nb", **parts: str) -> dict[str, Any]:
    usual = draft()["texts"]
    return {"texts": usual | {language: usual[language] | parts}}


def findings(shown: dict[str, Any]) -> set[tuple[str, str | None, str | None]]:
    return {(found["code"], found["language"], found["part"]) for found in shown["check"]["findings"]}


async def test_V6_what_is_in_order_is_checked(check) -> None:
    shown = await check()

    assert shown["state"] == "checked"
    report = shown["check"]
    assert (report["passed"], report["findings"]) == (True, [])
    assert (report["toBeSent"], report["excluded"], report["languages"], report["channels"]) == (
        3,
        {},
        {"other": 3},
        {"other": 3},
    )


LINK = "Les mer: https://www.helsenorge.test/"


@pytest.mark.parametrize(
    ("language", "part", "text", "code"),
    [
        ("nb", "sms", "   ", "text-empty"),
        ("en", "email", "", "text-empty"),
        ("nb", "sms", "a" * 460, "text-too-long"),
        ("nb", "sms", "č" * 202, "text-too-long"),
        ("nn", "subject", "a" * 79, "text-too-long"),
        ("nn", "email", "a " * 2600, "text-too-long"),
        ("nb", "email", "Du er med i diabetesstudien.", "word-forbidden"),
        ("en", "sms", "A letter about your treatment.", "word-forbidden"),
        ("nb", "sms", "Logg inn: https://www.helsenorge.test/", "link-in-sms"),
        ("nb", "sms", "Logg inn: {pages_url}", "link-in-sms"),
        ("nb", "sms", "Logg inn: vindgap.no/x", "link-in-sms"),
        ("nn", "sms", "Logg inn på blåbær.no", "link-in-sms"),
        ("en", "sms", "Log in at xn--blbr-roa8i.no", "link-in-sms"),
        ("en", "sms", "Log in at vindgap\u3002no", "link-in-sms"),
        ("nb", "sms", "Logg inn: javascript:alert(1)", "link-in-sms"),
        ("nb", "sms", "Skriv til post@vindgap.no", "link-in-sms"),
        ("nb", "email", "Hei {name}, du har fått et brev.", "placeholder-unknown"),
        ("nb", "email", "Hei {0}, du har fått et brev.", "placeholder-unknown"),
        ("nb", "email", "Hei { du har fått et brev.", "placeholder-unknown"),
        ("nb", "email", "Hei {sender.__class__}, et brev.", "placeholder-unknown"),
        ("nb", "email", "Hei {sender:>5}, et brev.", "placeholder-unknown"),
        ("nb", "subject", "Et brev fra {sender!r}", "placeholder-unknown"),
        ("nb", "sms", "Et brev fra {{sender}}", "placeholder-unknown"),
        ("nb", "sms", "Et brev fra {sender}}", "placeholder-unknown"),
        ("nb", "email", "Kjære [NAVN], du har fått et brev.", "left-over"),
        ("nb", "subject", "TODO", "left-over"),
        ("nb", "email", "Lorem ipsum dolor", "left-over"),
        ("nb", "subject", "Et brev\nBcc: noen", "text-not-plain"),
        ("nn", "subject", "Eit brev\u2028venter", "text-not-plain"),
        ("en", "sms", "A letter\u0007", "text-not-plain"),
        ("en", "email", "A \u202eletter", "text-not-plain"),
    ],
)
async def test_V6_faulty_texts_are_found(check, draft, language, part, text, code) -> None:
    shown = await check(**texts(draft, language, **{part: text}))

    assert (shown["state"], shown["check"]["passed"]) == ("draft", False)
    assert (code, language, part) in findings(shown)


async def test_V6_a_language_that_is_missing_is_found(check, draft) -> None:
    usual = draft()["texts"]
    shown = await check(texts={name: usual[name] for name in ("nb", "en")})
    assert findings(shown) == {("language-missing", "nn", None)}


async def test_V6_a_translation_that_is_none_is_found(check, draft) -> None:
    usual = draft()["texts"]
    shown = await check(texts=usual | {"en": usual["nb"]})
    assert ("text-not-translated", "en", "email") in findings(shown)


async def test_V6_I1_an_identity_number_in_a_text_is_found_and_not_repeated(check, draft, people) -> None:
    (one,) = await people(1)
    shown = await check(**texts(draft, email=f"Hei {one.number}, du har fått et brev."))
    assert ("national-id-in-text", "nb", "email") in findings(shown)
    assert one.number not in str(shown["check"])


async def test_V2_the_name_of_a_sensitive_sender_is_not_in_the_texts(check, draft) -> None:
    sender = {"sender": {"name": "Angstklinikken", "sensitive": True}}
    shown = await check(**texts(draft, email="Hei! Et brev fra Angstklinikken."), **sender)
    assert ("sender-named", "nb", "email") in findings(shown)
    assert (await check(round=2, **sender))["state"] == "checked"


async def test_V2_an_open_sender_whose_name_tells_of_health_is_found(check) -> None:
    shown = await check(sender={"name": "Angstklinikken", "sensitive": False})
    assert ("word-forbidden", "nb", "sms") in findings(shown)


def _onward(location: str) -> httpx.Response:
    return httpx.Response(302, headers={"Location": location})


@pytest.mark.parametrize(
    ("link", "answer", "code"),
    [
        ("https://study.test/gone", httpx.Response(404), "link-dead"),
        ("https://study.test/broken", httpx.Response(500), "link-dead"),
        ("https://study.test/moved", httpx.Response(302, headers={"Location": "https://elsewhere.test/"}), "link-dead"),
        ("https://study.test/round", httpx.Response(301, headers={"Location": "/round"}), "link-dead"),
        ("https://elsewhere.test/", httpx.Response(200), "link-not-allowed"),
        ("http://study.test/", httpx.Response(200), "link-not-allowed"),
        ("https://study.test@elsewhere.test/", httpx.Response(200), "link-not-allowed"),
        ("https://study.test:8443/", httpx.Response(200), "link-not-allowed"),
        ("http://169.254.169.254/latest/meta-data", httpx.Response(200), "link-not-allowed"),
        ("elsewhere.test.no/x", httpx.Response(200), "link-not-allowed"),
        ("vindgap.no", httpx.Response(200), "link-not-allowed"),
        ("study.test.health/x", httpx.Response(200), "link-not-allowed"),
        ("post@vindgap.no", httpx.Response(200), "link-not-allowed"),
        ("https://study.test\\@elsewhere.test/", httpx.Response(200), "link-not-allowed"),
        ("https://elsewhere.test\\@study.test/", httpx.Response(200), "link-not-allowed"),
        ("https://study.test\\.elsewhere.test/", httpx.Response(200), "link-not-allowed"),
        ("https:/study.test/", httpx.Response(200), "link-not-allowed"),
        ("https://stu\u0501y.test/", httpx.Response(200), "link-not-allowed"),
        ("https://xn--stuy-k8d.test/", httpx.Response(200), "link-not-allowed"),
        ("ftp://study.test/", httpx.Response(200), "link-not-allowed"),
        ("javascript:alert(1)", httpx.Response(200), "link-not-allowed"),
        ("data:text/html,hei", httpx.Response(200), "link-not-allowed"),
        ("{pages_url}.elsewhere.test", httpx.Response(200), "link-dead"),
        ("https://study.test/hop", _onward("//elsewhere.test\\@study.test/"), "link-dead"),
        ("https://study.test/hop", _onward("https://study.test:443@elsewhere.test/"), "link-dead"),
        ("https://study.test/hop", _onward("http://127.0.0.1/"), "link-dead"),
    ],
)
async def test_V6_links_that_lead_nowhere_or_elsewhere_are_found(check, draft, world, link, answer, code) -> None:
    world.links[link] = answer
    shown = await check(**texts(draft, email=f"Les mer: {link}"))

    written = link.replace("{pages_url}", "https://www.helsenorge.test/mine-verktoy")
    assert shown["state"] == "draft"
    assert {found["code"]: found["found"] for found in shown["check"]["findings"]} == {code: [written]}
    asked = {request.url.host for request in world.asked}
    assert not asked & {"elsewhere.test", "127.0.0.1", "169.254.169.254", "vindgap.no"}
    if code == "link-not-allowed":
        assert "study.test" not in asked


async def test_V6_a_link_in_the_name_of_a_sender_is_found_where_the_name_is_said(check, draft) -> None:
    shown = await check(sender={"name": "Universitetet vindgap.no/x", "sensitive": False})
    assert ("link-in-sms", "nb", "sms") in findings(shown)
    assert {"code": "link-not-allowed", "found": ["vindgap.no/x"]}.items() <= next(
        found for found in shown["check"]["findings"] if found["code"] == "link-not-allowed"
    ).items()


async def test_V6_a_letter_may_name_the_mail_address_of_whom_it_may_link_to(check, draft) -> None:
    shown = await check(**texts(draft, email="Spørsmål? Skriv til post@helsenorge.test. Hilsen {sender} {pages_url}"))
    assert (shown["state"], shown["check"]["findings"]) == ("checked", [])


async def test_V6_a_text_with_more_links_than_anybody_reads_is_refused_before_they_are_looked_for(check, draft) -> None:
    shown = await check(**texts(draft, email="https://study.test/{x".replace("{", "(") * 200))
    assert ("link-not-allowed", "nb", "email") in findings(shown)


async def test_V6_a_name_that_fills_a_text_many_times_is_too_long(check, draft) -> None:
    shown = await check(**texts(draft, email="{sender}. " * 400), sender={"name": "Havgap " * 14, "sensitive": False})
    assert ("text-too-long", "nb", "email") in findings(shown)


async def test_V6_a_link_that_does_not_answer_in_time_is_dead() -> None:
    async def slow(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("slow", request=request)

    async with httpx.AsyncClient(transport=httpx.MockTransport(slow)) as http:
        found = await LinkChecker(http, ["https://study.test"]).check(["https://study.test/a", "https://study.test/b"])
    assert set(found.values()) == {"link-dead"}


async def test_V6_redirects_within_what_is_allowed_are_followed(check, draft, world) -> None:
    world.links["https://study.test/a"] = httpx.Response(301, headers={"Location": "https://www.helsenorge.test/b"})
    world.links["https://www.helsenorge.test/b"] = httpx.Response(200, content=b"x" * 10_000_000)
    assert (await check(**texts(draft, email="Les mer: https://study.test/a")))["state"] == "checked"


async def test_V6_S4_the_reserved_are_asked_for_again_by_the_check(check, author, people, world) -> None:
    some = await people(12)
    world.reserved = {one.reference for one in some[:5]}
    shown = await check(to=some)
    assert (shown["check"]["toBeSent"], shown["check"]["excluded"]) == (7, {"reserved": 5})

    world.reserved = {one.reference for one in some[5:10]}  # who has said no and then yes stays out of this one
    shown = (await author("POST", f"/{shown['campaignId']}/check")).json()
    assert (shown["check"]["toBeSent"], shown["check"]["excluded"]) == (2, {"reserved": 10})


@pytest.mark.parametrize(
    ("category", "kinds"),
    [
        ("research", {"research-contact"}),
        ("survey", {"survey-contact", "research-contact"}),
        ("information", {"campaign-contact"}),
    ],
)
async def test_S4_each_category_has_its_reservations(check, world, category, kinds) -> None:
    await check(category=category)
    import json

    asked = [json.loads(request.content) for request in world.about("consent.test")]
    assert {question["kind"] for question in asked if "kind" in question} == kinds


async def test_V6_who_cannot_be_reached_is_told_by_reason(check, people, ready, news) -> None:
    fine = await people(1, seed=1)
    off = await people(5, seed=2, channels={"tool": ["sms"], "research": []})
    nowhere = await people(5, seed=3, phone=None)
    withdrawn, unheard_of = await people(5, seed=4), await people(5, seed=5, level=None)
    for one in withdrawn:
        await news.level(one.reference, "basis", 2)
    shown = await check(to=[*fine, *off, *nowhere, *withdrawn, *unheard_of])

    reasons = ("no-channel", "no-contact-point", "consent-withdrawn", "no-consent")
    assert shown["check"]["excluded"] == dict.fromkeys(reasons, 5)
    assert shown["check"]["toBeSent"] == 1


async def test_V6_a_campaign_to_nobody_is_not_passed(check, people, world) -> None:
    some = await people(2)
    world.reserved = {one.reference for one in some}
    shown = await check(to=some)
    assert (shown["state"], findings(shown)) == ("draft", {("nobody-to-send-to", None, None)})


async def test_V6_who_got_an_earlier_round_is_set_aside_unless_this_one_follows_it(
    check, author, people, ready, feeder, postman, clock
) -> None:
    some = await people(3)
    first = await ready(to=some[:2])
    await feeder.feed_all()
    await postman.round()

    clock.go(days=1)
    again = await check(round=2, to=some)
    assert (again["check"]["toBeSent"], again["check"]["excluded"]) == (1, {"had-before": 2})
    assert {found["code"]: found["severity"] for found in again["check"]["findings"]} == {
        "same-text-as-earlier-round": "warning"
    }
    following = await check(round=3, follows=first["campaignId"], to=some)
    assert (following["check"]["toBeSent"], following["check"]["findings"]) == (3, [])
    another = await check(series="another-study", to=some)
    assert another["check"]["toBeSent"] == 3


async def test_V6_when_consent_cannot_be_asked_nothing_is_checked(author, ready, world) -> None:
    made = await ready(upto="added")
    world.away.add("consent.test")
    answer = await author("POST", f"/{made['campaignId']}/check")
    assert (answer.status_code, answer.json()["code"]) == (503, "consent-service-unavailable")
    assert (await author("GET", f"/{made['campaignId']}")).json()["state"] == "draft"


async def test_V6_a_check_of_what_was_changed_meanwhile_says_nothing(author, ready, world, draft) -> None:
    made = await ready(upto="added")
    path = f"/{made['campaignId']}"
    consent = world._consent

    def change_meanwhile(request: httpx.Request) -> httpx.Response:
        return consent(request)

    etag = {"If-Match": f'"{await ready.version(made)}"'}
    import asyncio

    answers = await asyncio.gather(author("POST", f"{path}/check"), author("PUT", path, json=draft(), headers=etag))
    assert change_meanwhile
    assert [answer.status_code for answer in answers] in ([200, 412], [412, 200], [200, 200])
    shown = (await author("GET", path)).json()
    assert (shown["state"] == "checked") == (answers[1].status_code == 412)


async def test_V6_the_name_of_a_sender_is_one_line(author, draft) -> None:
    for name in ("Havgap\nuniversitet", "Havgap\u2028", "Hav\u200bgap", "Hav\u0007gap"):
        refused = await author("POST", "", json=draft(sender={"name": name, "sensitive": False}))
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "text-not-plain")
