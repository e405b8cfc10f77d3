"""V6, S4: a campaign on its way: its pace, pauses, stops, and whatever may happen meanwhile; nobody gets it twice."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from notification_service.campaigns import feeding
from notification_service.errors import MessageRefused, ProviderUnavailable
from notification_service.sending.loop import LEASE
from shared.events import ReservationChanged

pytestmark = pytest.mark.rule("V6")


@pytest.fixture
def go(feeder: Any, postman: Any, clock: Any) -> Any:
    """The worker for so many seconds, looking every half."""

    async def run(seconds: float = 5) -> None:
        end = clock.now + timedelta(seconds=seconds)
        while clock.now < end:
            await feeder.feed_all()
            while await postman.round():
                pass
            clock.go(seconds=0.5)

    return run


def numbers(provider: Any) -> list[str]:
    return [message.to for message in provider.taken.values()]


async def progress(author: Any, made: dict[str, Any]) -> dict[str, Any]:
    return (await author("GET", f"/{made['campaignId']}/progress")).json()


async def test_V6_everybody_gets_it_once_in_their_language_and_it_ends(
    author, people, ready, go, sms, email, sent_events
) -> None:
    nynorsk = await people(2, seed=1, language="nn")
    english = await people(2, seed=2, language="en", phone=None, email="a@example.org", channels={"tool": ["email"]})
    made = await ready(to=[*nynorsk, *english])
    await go()

    assert sorted(numbers(sms)) == sorted(one.phone for one in nynorsk)
    assert {message.text for message in sms.calls} == {
        "Hei! Du har fått eit brev frå Universitetet i Havgap på Helsenorge. Logg inn for å lese det."
    }
    assert {message.subject for message in email.calls} == {"You have got a letter on Helsenorge"}
    shown = await progress(author, made)
    assert (shown["state"], shown["total"], shown["sent"], shown["waiting"]) == ("finished", 4, 4, 0)
    told = [event["data"] for event in await sent_events()]
    assert {(event["about"], event["category"]) for event in told} == {(made["campaignId"], "research")}


async def test_V2_a_sensitive_sender_is_not_named(ready, go, sms) -> None:
    await ready(sender={"name": "Angstklinikken", "sensitive": True})
    await go()
    assert all("fra Helsenorge på" in message.text and "Angst" not in message.text for message in sms.calls)


async def test_V6_nothing_goes_out_before_it_is_started(ready, go, sms) -> None:
    await ready(upto="approved")
    await go()
    assert sms.calls == []


async def test_V6_it_goes_at_its_pace(people, ready, go, sms, author) -> None:
    made = await ready(to=await people(40), perMinute=120)
    await go(5)
    assert 8 <= len(sms.calls) <= 12
    shown = await progress(author, made)
    left = shown["waiting"] + shown["underWay"]
    end = datetime.fromisoformat(shown["estimatedEnd"])
    assert abs((end - datetime(2026, 11, 22, 8, 0, 5, tzinfo=UTC)).total_seconds() - left / 2) < 5
    await go(16)
    assert len(sms.taken) == 40
    assert (await progress(author, made))["estimatedEnd"] is None


async def test_V6_a_pause_takes_hold_at_once_and_it_goes_on_where_it_was(
    author, people, ready, go, feeder, postman, sms, clock, rows
) -> None:
    made = await ready(to=await people(60))
    await feeder.feed_all()
    await postman.round()
    assert len(sms.calls) == 8

    paused = await author("POST", f"/{made['campaignId']}/pause")
    assert paused.json()["state"] == "paused"
    await go(5)
    assert len(sms.calls) == 8
    assert (await progress(author, made))["waiting"] == 52
    clock.go(hours=1)
    await author("POST", f"/{made['campaignId']}/start")
    await go()

    assert len(sms.calls) == len(sms.taken) == 60
    assert len(set(numbers(sms))) == 60


async def test_V6_a_pause_holds_what_is_to_be_tried_again_too(author, people, ready, go, sms, clock) -> None:
    made = await ready(to=await people(2))
    sms.outcomes = [ProviderUnavailable("timeout"), ProviderUnavailable("timeout")]
    await go(0.5)
    await author("POST", f"/{made['campaignId']}/pause")
    clock.go(minutes=20)
    await go(2)
    assert len(sms.calls) == 2
    await author("POST", f"/{made['campaignId']}/start")
    await go(2)
    assert len(sms.taken) == 2


async def test_V6_S4_what_is_said_during_a_pause_counts(author, people, ready, go, feeder, postman, sms, world) -> None:
    some = await people(20)
    made = await ready(to=some)
    await feeder.feed_all()
    await postman.round()
    await author("POST", f"/{made['campaignId']}/pause")
    sent = set(numbers(sms))
    later = next(one for one in some if one.phone not in sent)
    world.reserved = {later.reference}

    await author("POST", f"/{made['campaignId']}/start")
    await go()

    assert later.phone not in numbers(sms)
    assert len(sms.taken) == 19


async def test_V6_a_stop_is_for_good(author, people, ready, go, feeder, postman, sms) -> None:
    made = await ready(to=await people(30))
    await feeder.feed_all()
    await postman.round()
    await author("POST", f"/{made['campaignId']}/stop")
    await go()

    assert len(sms.calls) == 8
    shown = await progress(author, made)
    assert (shown["state"], shown["sent"], shown["notSent"]) == ("stopped", 8, {"campaign-stopped": 22})
    again = await author("POST", f"/{made['campaignId']}/start")
    assert (again.status_code, again.json()["allowed"]) == (409, [])


async def test_S4_nobody_reserved_is_ever_contacted(author, people, ready, go, sms, world, news, clock, feeder) -> None:
    """Before the upload, before the check, after the approval, and after it was handed over."""
    some = await people(8)
    world.reasons[some[0].number] = ["reserved"]
    made = await ready(upto="added", to=some)
    world.reserved |= {some[1].reference}
    await ready.again(made, upto="approved")
    world.reserved |= {some[2].reference}
    await author("POST", f"/{made['campaignId']}/start")
    await feeder.feed_all()
    told = {"citizen": some[3].reference, "kind": "research-contact", "reserved": True, "version": 1}
    await news.tell(ReservationChanged(**told, changed_at=clock()))
    await go()

    assert sorted(numbers(sms)) == sorted(one.phone for one in some[4:])
    shown = await progress(author, made)
    assert (shown["sent"], shown["notSent"]) == (4, {"other": 4})


async def test_S4_a_reservation_told_of_but_not_yet_handled_is_seen_right_before_sending(
    people, ready, feeder, postman, sms, database
) -> None:
    some = await people(2)
    await ready(to=some)
    await feeder.feed_all()
    async with database.driver() as connection:
        sql = "INSERT INTO reservation VALUES ($1, 'research-contact', true, 1, now())"
        await connection.execute(sql, some[0].reference)
    await postman.round()
    assert numbers(sms) == [some[1].phone]


async def test_S4_an_older_reservation_heard_of_late_changes_nothing(people, ready, go, sms, news, clock, rows) -> None:
    some = await people(1)
    about = {"citizen": some[0].reference, "kind": "research-contact", "changed_at": clock()}
    await news.tell(ReservationChanged(**about, reserved=False, version=3))
    await news.tell(ReservationChanged(**about, reserved=True, version=2))
    await ready(to=some)
    await go()
    assert len(sms.taken) == 1


async def test_S4_another_kind_of_reservation_keeps_nobody_away(people, ready, go, sms, news, clock) -> None:
    some = await people(1)
    told = {"citizen": some[0].reference, "kind": "survey-contact", "reserved": True, "version": 1}
    await news.tell(ReservationChanged(**told, changed_at=clock()))
    await ready(to=some)
    await go()
    assert len(sms.taken) == 1


async def test_S4_while_consent_cannot_be_asked_nothing_is_handed_over(author, people, ready, go, sms, world) -> None:
    made = await ready(to=await people(5))
    world.away.add("consent.test")
    await go()
    assert sms.calls == []
    shown = await progress(author, made)
    assert (shown["state"], shown["heldBecause"], shown["estimatedEnd"]) == (
        "running",
        "consent-service-unavailable",
        None,
    )
    world.away.clear()
    await go()
    assert len(sms.taken) == 5
    assert (await progress(author, made))["heldBecause"] is None


@pytest.mark.parametrize("answer", [{"items": []}, {"items": [{"citizen": "k1-other", "reserved": False}]}, {}])
async def test_S4_half_an_answer_is_no_answer(people, ready, go, sms, world, answer) -> None:
    await ready(to=await people(2))
    world._consent = lambda request: httpx.Response(200, json=answer)
    try:
        await go(2)
    finally:
        del world._consent
    assert sms.calls == []


async def test_V6_a_link_that_dies_on_the_way_pauses_it(author, people, ready, go, sms, world, draft, clock) -> None:
    link = "https://study.test/letter"
    world.links[link] = httpx.Response(200)
    usual = draft()["texts"]
    texts = usual | {"nb": usual["nb"] | {"email": f"Les mer: {link}"}}
    made = await ready(to=await people(100), texts=texts, perMinute=10)
    await go(10)
    sent = len(sms.calls)
    world.links[link] = httpx.Response(404)
    clock.now += feeding.LINKS_EVERY
    await go(10)

    shown = await progress(author, made)
    assert (shown["state"], shown["heldBecause"]) == ("paused", "link-dead")
    assert len(sms.calls) == sent
    history = (await author("GET", f"/{made['campaignId']}/history")).json()["items"]
    assert (history[-1]["action"], history[-1]["by"]) == ("pause", "service")


async def test_V6_a_link_that_has_died_since_the_check_lets_nothing_out(people, ready, go, sms, world, draft) -> None:
    link = "https://study.test/letter"
    world.links[link] = httpx.Response(200)
    usual = draft()["texts"]
    made = await ready(upto="approved", texts=usual | {"nb": usual["nb"] | {"email": f"Les mer: {link}"}})
    world.links[link] = httpx.Response(410)
    await ready.author("POST", f"/{made['campaignId']}/start")
    await go()
    assert sms.calls == []


async def test_V3_at_night_it_waits_for_the_morning_and_keeps_its_pace_then(people, ready, go, sms, clock) -> None:
    from notification_service.preferences.quiet import DEFAULT_QUIET_HOURS

    clock.now = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)
    made = await ready(upto="approved", to=await people(30, quiet_hours=DEFAULT_QUIET_HOURS), perMinute=60)
    clock.now = datetime(2026, 11, 22, 20, 30, tzinfo=UTC)
    await ready.author("POST", f"/{made['campaignId']}/start")
    await go(5)
    assert sms.calls == []
    clock.now = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    await go(10)
    assert 9 <= len(sms.calls) <= 12


async def test_V3_what_is_urgent_goes_at_night_too(people, ready, go, sms, clock) -> None:
    from notification_service.preferences.quiet import DEFAULT_QUIET_HOURS

    clock.now = datetime(2026, 11, 22, 20, 30, tzinfo=UTC)
    await ready(to=await people(3, quiet_hours=DEFAULT_QUIET_HOURS), urgent=True)
    await go()
    assert len(sms.taken) == 3
    assert all(message.urgent for message in sms.calls)


async def test_V6_a_letter_to_many_does_not_stand_before_a_notification_to_one(
    kari, news, people, ready, feeder, postman, sms
) -> None:
    await kari.choose({"language": "nb", "phone": "+4790000001", "channels": {"tool": ["sms"]}})
    await ready(to=await people(100))
    await feeder.feed_all()
    await news.prescribed(kari.reference)
    await postman.round()
    assert "+4790000001" in numbers(sms)[:8]


async def test_V6_only_a_little_is_handed_over_ahead(people, ready, feeder, rows, monkeypatch) -> None:
    monkeypatch.setattr(feeding, "AHEAD", 20)
    monkeypatch.setattr(feeding, "BATCH", 15)
    await ready(to=await people(60))
    for _ in range(5):
        await feeder.feed_all()
    (count,) = await rows("SELECT count(*) AS waiting FROM notification WHERE status = 'waiting'")
    assert count["waiting"] == 20


async def test_V6_killed_between_call_and_record_it_is_the_same_message_again(
    author, people, ready, feeder, make_postman, sms, clock
) -> None:
    class Killed(BaseException):
        pass

    made = await ready(to=await people(3))
    await feeder.feed_all()
    sms.after_taking = Killed()
    await make_postman().round()
    sms.after_taking = None
    clock.now += LEASE
    await make_postman().round()

    assert (len(sms.calls), len(sms.taken)) == (6, 3)
    assert (await progress(author, made))["sent"] == 3


async def test_V6_two_who_feed_at_once_hand_nobody_over_twice(
    people, ready, feeder, app, database, clock, rows
) -> None:
    from notification_service.campaigns.feeding import Feeder

    await ready(to=await people(80))
    others = [Feeder(database, app.state.consent, app.state.checking, clock=clock) for _ in range(3)]
    await asyncio.gather(*(one.feed_all() for one in [feeder, *others]))

    kept = await rows("SELECT citizen FROM notification WHERE kind = 'campaign'")
    assert len(kept) == len({row["citizen"] for row in kept}) == 80


async def test_V4_what_is_refused_goes_the_other_way_and_the_receipts_tell(
    author, people, ready, go, sms, email, postman
) -> None:
    some = await people(3, seed=5, email="x@example.org")
    made = await ready(to=some)
    sms.outcomes = [MessageRefused("sms-refused")]
    email.outcomes = []
    await go()

    assert len(email.calls) == 1
    shown = await progress(author, made)
    assert (shown["sent"], shown["failed"]) == (3, 0)
    first = (await author("GET", f"/{made['campaignId']}/receipts", params={"limit": 2})).json()
    rest = await author("GET", f"/{made['campaignId']}/receipts", params={"limit": 2, "cursor": first["nextCursor"]})
    items = [*first["items"], *rest.json()["items"]]
    assert [item["reference"] for item in items] == ["D-0", "D-1", "D-2"]
    assert {tuple(item["channels"]) for item in items} == {("sms",), ("email",)}
    assert rest.json()["nextCursor"] is None


async def test_V6_the_receipts_do_not_say_why_somebody_was_not_sent_to(author, people, ready, go, world) -> None:
    some = await people(2)
    world.reasons[some[0].number] = ["deceased"]
    made = await ready(to=some)
    await go()

    answer = await author("GET", f"/{made['campaignId']}/receipts")
    assert [item["outcome"] for item in answer.json()["items"]] == ["not-sent", "sent"]
    assert "deceased" not in answer.text
    assert some[0].reference not in answer.text


async def test_V6_the_citizen_sees_it_and_why(people, ready, go, app, client, helsenorge, rows) -> None:
    (one,) = await people(1)
    await ready(to=[one])
    await go()
    token = helsenorge.citizen_token("nhn:varsling", pid=one.number)
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
    (item,) = (await client.get("/v1/me/notifications", headers=headers)).json()["items"]
    assert (item["kind"], item["category"], item["status"]) == ("campaign", "research", "sent")
    assert item["explanation"] == "You got an SMS because your settings say so."


@pytest.mark.parametrize("cursor", ["WzBd1", "x", "Wy0xXQ", "WyJhIl0"])
async def test_V6_a_cursor_that_is_not_ours_is_refused(author, ready, cursor) -> None:
    made = await ready(upto="added")
    answer = await author("GET", f"/{made['campaignId']}/receipts", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor-invalid")


async def test_V6_unchanged_progress_is_304(author, ready) -> None:
    made = await ready(upto="added")
    etag = (await author("GET", f"/{made['campaignId']}/progress")).headers["ETag"]
    again = await author("GET", f"/{made['campaignId']}/progress", headers={"If-None-Match": etag})
    assert again.status_code == 304
