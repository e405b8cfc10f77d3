"""V4: a provider is called no faster than it takes, is left alone while it fails, and nothing is lost over it."""

import asyncio
import random
from datetime import UTC, datetime, timedelta

import pytest

from notification_service.errors import MessageRefused, ProviderUnavailable
from notification_service.pace import Pace

pytestmark = pytest.mark.rule("V4")

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
SMS = {"language": "nb", "phone": "+4790000001", "channels": {"tool": ["sms"]}}
SMS_FIRST = SMS | {"email": "kari@example.org"}


@pytest.mark.parametrize("per_second", [0.1, 1, 10, 200, 3])
def test_V4_a_pace_is_kept_however_it_is_asked(per_second: float) -> None:
    pace, chance = Pace(per_second), random.Random(4)  # noqa: S311 - no secret
    used, now, gone = NOW - timedelta(days=1), NOW, 0
    while now < NOW + timedelta(seconds=100):
        count = min(pace.room(used, now), chance.choice([8, 100, 1000]))
        if count:
            used, gone = pace.after(used, now, count), gone + count
        now += timedelta(seconds=chance.uniform(0.001, 0.1))
    assert 100 * per_second * 0.8 - 1 <= gone <= 101 * per_second + 1


def test_V4_lost_time_is_not_made_up_for() -> None:
    assert Pace(10).room(NOW - timedelta(hours=1), NOW) == 10


async def test_V4_all_workers_together_keep_the_providers_pace(kari, news, clock, make_postman, sms) -> None:
    await kari.choose(SMS)
    for _ in range(30):
        await news.prescribed(kari.reference)
    workers = [make_postman(sms=Pace(5)) for _ in range(3)]

    sent = []
    for _ in range(4):
        await asyncio.gather(*(worker.round() for worker in workers))
        sent.append(len(sms.calls))
        clock.go(seconds=1)

    assert sent == [5, 10, 15, 20]


async def test_V4_without_a_pace_nothing_is_held_back(kari, news, make_postman, sms) -> None:
    await kari.choose(SMS)
    for _ in range(8):
        await news.prescribed(kari.reference)

    await make_postman().round()

    assert len(sms.calls) == 8


async def test_V4_what_is_urgent_goes_first(kari, ola, news, make_postman, sms) -> None:
    await ola.choose(SMS)
    for _ in range(10):
        await news.prescribed(ola.reference)
    await kari.ask_for(SMS | {"phone": "+4790000009"})

    await make_postman(sms=Pace(1)).round()

    assert [message.to for message in sms.calls] == ["+4790000009"]


async def test_V4_down_for_an_hour_everyone_is_told_by_the_other_channel_and_the_provider_is_left_alone(
    kari, ola, news, clock, make_postman, sms, email, rows
) -> None:
    """An hour by the clock that is given, not by ours."""
    await kari.choose(SMS_FIRST)
    await ola.choose(SMS)
    for _ in range(20):
        await news.prescribed(kari.reference)
        await news.prescribed(ola.reference)
    sms.outcomes = [ProviderUnavailable("sms-gateway-unavailable")] * 10_000
    postman = make_postman()

    for _ in range(3600):
        if await postman.round() == 0:
            clock.go(seconds=1)
        if clock.now > NOW + timedelta(hours=1):
            break

    found = await rows()
    assert len(email.taken) == 20
    assert {row["status"] for row in found if row["channel"] == "email"} == {"sent"}
    assert {row["status"] for row in found if row["channel"] == "sms"} == {"failed"}
    assert len(sms.calls) < 40  # of 200 attempts: the rest were spared it
    letters = await rows("SELECT * FROM dead_letter")
    assert len(letters) == 20  # ola could be reached in no other way


async def test_V4_a_dead_letter_that_is_replayed_once_the_provider_is_back_is_sent_once(
    ola, news, clock, make_postman, sms, rows, operator, replay
) -> None:
    await ola.choose(SMS)
    event = await news.prescribed(ola.reference)
    sms.outcomes = [ProviderUnavailable("sms-gateway-unavailable")] * 5
    postman = make_postman()
    for _ in range(5):
        await postman.round()
        clock.go(minutes=15)
    (letter,) = (await operator("GET", "/v1/dead-letters")).json()["items"]
    assert (letter["name"], letter["reason"]) == ("notification.failed.v1", "sms-gateway-unavailable")

    await operator("POST", f"/v1/dead-letters/{letter['id']}/replay")
    assert await replay() is True
    await postman.round()

    assert next(iter(sms.taken.values())).to == "+4790000001"
    assert len(sms.taken) == 1
    (row,) = await rows()
    assert (row["status"], row["about"]) == ("sent", str(event.prescription_id))
    assert [step["step"] for step in row["trail"]][-2:] == ["replayed", "sent"]
    assert (await operator("GET", "/v1/dead-letters")).json()["items"] == []


async def test_V4_what_a_provider_refuses_is_no_dead_letter(kari, news, postman, sms, rows) -> None:
    await kari.choose(SMS)
    await news.prescribed(kari.reference)
    sms.outcomes = [MessageRefused("sms-refused")]

    await postman.round()

    assert await rows("SELECT * FROM dead_letter") == []


async def test_V4_an_answer_of_500_now_and_then_loses_nothing(
    kari, news, clock, make_postman, sms, rows, operator, replay
) -> None:
    await kari.choose(SMS)
    for _ in range(60):
        await news.prescribed(kari.reference)
    chance = random.Random(17)  # noqa: S311 - no secret
    failed = ProviderUnavailable("sms-gateway-unavailable")
    sms.outcomes = [failed if chance.random() < 0.5 else None for _ in range(400)]
    postman = make_postman()

    async def send_all() -> None:
        for _ in range(60):
            while await postman.round():
                pass
            clock.go(seconds=30)

    await send_all()
    letters = (await operator("GET", "/v1/dead-letters")).json()["items"]
    assert {row["status"] for row in await rows()} == {"sent", "failed"}
    assert len(sms.taken) + len(letters) == 60
    for letter in letters:
        await operator("POST", f"/v1/dead-letters/{letter['id']}/replay")
        await replay()
    sms.outcomes = []
    await send_all()

    assert {row["status"] for row in await rows()} == {"sent"}
    assert len(sms.taken) == 60


async def test_V4_slow_is_not_lost_and_holds_up_only_its_own_channel(kari, news, make_postman, sms, email) -> None:
    await kari.choose(SMS_FIRST | {"channels": {"tool": ["sms", "email"]}})
    for _ in range(6):
        await news.prescribed(kari.reference)
    sms.hold()
    by_sms, by_email = make_postman().sendings

    await by_sms.send_due(8)
    await sms.until_busy(6)
    await by_email.send_due(8)
    await by_email.finish()
    assert (len(email.taken), len(sms.taken)) == (6, 0)
    sms.let_go()
    await by_sms.finish()
    assert len(sms.taken) == 6
