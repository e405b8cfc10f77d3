"""V3: what comes within a few minutes goes in one message, and nothing of it is lost on the way."""

import asyncio
from typing import Any

import pytest

from notification_service.errors import MessageRefused, ProviderUnavailable
from notification_service.sending.loop import LEASE

BOTH = {"language": "nb", "phone": "+4790000001", "email": "kari@example.org", "channels": {"tool": ["sms", "email"]}}
SMS = BOTH | {"channels": {"tool": ["sms"]}, "email": None}


@pytest.fixture(autouse=True)
def window(news: Any) -> None:
    news.gather(120)


def texts(provider: Any) -> list[str]:
    return [message.text for message in provider.calls]


async def test_V3_a_burst_is_one_message_on_each_channel(
    kari, news, clock, postman, sms, email, rows, sent_events
) -> None:
    await kari.choose(BOTH)
    for _ in range(3):
        await news.prescribed(kari.reference)
        clock.go(seconds=30)
    assert await postman.round() == 0
    clock.go(seconds=30)

    await postman.round()

    assert len(sms.calls) == len(email.calls) == 1
    assert "3 nye ting" in texts(sms)[0]
    assert "3 nye ting" in email.calls[0].subject
    found = await rows()
    assert [row["status"] for row in found] == ["sent"] * 6
    assert len({row["message_id"] for row in found}) == 2
    told = [event["data"] for event in await sent_events()]
    assert len(told) == len({event["notificationId"] for event in told}) == 6


async def test_V3_one_alone_is_told_as_one(kari, news, clock, postman, sms) -> None:
    await kari.choose(SMS)
    await news.prescribed(kari.reference)
    clock.go(seconds=120)

    await postman.round()

    assert "noe nytt" in texts(sms)[0]


async def test_V3_what_comes_after_the_window_goes_in_a_message_of_its_own(kari, news, clock, postman, sms) -> None:
    await kari.choose(SMS)
    await news.prescribed(kari.reference)
    clock.go(seconds=120)
    await postman.round()
    await news.prescribed(kari.reference)

    assert await postman.round() == 0
    clock.go(seconds=120)
    await postman.round()

    assert len(sms.calls) == 2


async def test_V3_a_burst_does_not_put_off_its_first(kari, news, clock, postman, sms) -> None:
    """Something every minute all day is not one message in the evening."""
    await kari.choose(SMS)
    for _ in range(10):
        await news.prescribed(kari.reference)
        clock.go(seconds=60)
        await postman.round()

    assert len(sms.calls) == 5


async def test_V3_one_citizens_burst_is_not_anothers(kari, ola, news, clock, postman, sms) -> None:
    for person in (kari, ola):
        await person.choose(SMS)
        await news.prescribed(person.reference)
    clock.go(seconds=120)

    await postman.round()

    assert len(sms.calls) == 2


async def test_V3_what_is_revoked_meanwhile_is_not_counted_and_takes_nothing_with_it(
    kari, news, clock, postman, sms, rows
) -> None:
    await kari.choose(SMS)
    first = await news.prescribed(kari.reference)
    await news.prescribed(kari.reference)
    await news.prescribed(kari.reference)
    await news.revoked(first)  # the one that carried the others
    clock.go(seconds=120)

    await postman.round()

    assert "2 nye ting" in texts(sms)[0]
    assert [row["status"] for row in await rows()].count("sent") == 2


async def test_V3_when_all_of_it_is_revoked_nothing_is_sent(kari, news, clock, postman, sms) -> None:
    await kari.choose(SMS)
    for event in [await news.prescribed(kari.reference) for _ in range(3)]:
        await news.revoked(event)
    clock.go(seconds=120)

    assert await postman.round() == 0


async def test_V3_what_is_seen_to_have_ended_right_before_sending_is_left_out(
    kari, news, clock, postman, sms, rows, database
) -> None:
    await kari.choose(SMS)
    first = await news.prescribed(kari.reference)
    await news.prescribed(kari.reference)
    async with database.driver() as connection:
        sql = "INSERT INTO ended_thing VALUES ($1, $2, 'revoked', now())"
        await connection.execute(sql, kari.reference, str(first.prescription_id))
    clock.go(seconds=120)
    sms.outcomes = [ProviderUnavailable("timeout")]

    await postman.round()
    assert "noe nytt" in texts(sms)[0]
    clock.go(seconds=2)
    await postman.round()  # the one that is left is found again, although its carrier is gone

    assert sorted((row["status"], row["reason"]) for row in await rows()) == [("dropped", "revoked"), ("sent", None)]
    assert len({message.message_id for message in sms.calls}) == 1


async def test_V3_a_message_that_has_been_tried_takes_nothing_more_in(kari, news, clock, postman, sms, rows) -> None:
    """The provider may have taken it: what came after would never be told."""
    await kari.choose(SMS)
    await news.prescribed(kari.reference)
    clock.go(seconds=120)
    sms.outcomes = [ProviderUnavailable("timeout")]
    await postman.round()
    await news.prescribed(kari.reference)
    clock.go(seconds=121)

    await postman.round()

    assert len({message.message_id for message in sms.calls}) == 2
    assert [row["status"] for row in await rows()] == ["sent", "sent"]


async def test_V3_gathered_and_killed_between_call_and_record_it_is_the_same_message_again(
    kari, news, clock, make_postman, sms, rows, sent_events
) -> None:
    class Killed(BaseException):
        pass

    await kari.choose(SMS)
    for _ in range(3):
        await news.prescribed(kari.reference)
    clock.go(seconds=120)
    sms.after_taking = Killed()
    await make_postman().round()
    sms.after_taking = None
    await news.prescribed(kari.reference)  # too late for that message
    clock.now += LEASE

    await make_postman().round()

    assert len(sms.taken) == 1
    assert texts(sms)[0] == texts(sms)[1]
    assert [row["status"] for row in await rows()].count("sent") == 3
    assert len(await sent_events()) == 3


async def test_V4_a_gathered_message_that_is_refused_goes_the_other_way_as_one(
    kari, news, clock, postman, sms, email, rows
) -> None:
    await kari.choose(SMS | {"email": "kari@example.org"})
    for _ in range(3):
        await news.prescribed(kari.reference)
    clock.go(seconds=120)
    sms.outcomes = [MessageRefused("sms-refused")]

    await postman.round()

    assert len(email.calls) == 1
    assert "3 nye ting" in email.calls[0].subject
    assert (
        sorted((row["channel"], row["status"]) for row in await rows())
        == [("email", "sent")] * 3 + [("sms", "failed")] * 3
    )


async def test_V3_a_burst_at_once_is_one_message_too(kari, news, clock, postman, sms, rows) -> None:
    await kari.choose(SMS)
    await asyncio.gather(*(news.prescribed(kari.reference) for _ in range(12)))
    clock.go(seconds=120)

    await postman.round()

    assert len(sms.calls) == 1
    assert "12 nye ting" in texts(sms)[0]
    assert len([row for row in await rows() if row["carrier"]]) == 1


async def test_V3_a_burst_and_many_workers_lose_nothing(kari, news, clock, make_postman, sms, rows) -> None:
    """News keeps coming while several workers take up what is due."""
    await kari.choose(SMS)
    news.gather(0.001)

    async def tell() -> None:
        for _ in range(15):
            await news.prescribed(kari.reference)

    async def work() -> None:
        replica = make_postman()
        for _ in range(20):
            clock.go(seconds=0.01)
            await replica.round()

    await asyncio.gather(tell(), tell(), work(), work())
    clock.go(seconds=1)
    await make_postman().round()

    assert {row["status"] for row in await rows()} == {"sent"}
    assert len(sms.calls) == len(sms.taken) == len({row["message_id"] for row in await rows()})


async def test_V3_the_night_gathers_what_it_holds_back(kari, news, clock, postman, sms) -> None:
    from datetime import UTC, datetime

    await kari.choose(SMS)
    clock.now = datetime(2026, 11, 22, 21, 0, tzinfo=UTC)
    for _ in range(4):
        await news.prescribed(kari.reference)
        clock.go(hours=1)
    clock.now = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)

    await postman.round()

    assert len(sms.calls) == 1
    assert "4 nye ting" in texts(sms)[0]


async def test_S6_consent_that_came_late_brings_back_each_in_a_message_not_yet_sent(
    kari, news, clock, postman, sms, rows
) -> None:
    await kari.choose(SMS)
    await news.prescribed(kari.reference)
    clock.go(minutes=1)
    given = clock()
    clock.go(minutes=1)
    await news.prescribed(kari.reference)
    await news.level(kari.reference, "none", 2)
    await news.level(kari.reference, "full", 3, at=given)

    await postman.round()

    assert sorted((row["status"], row["reason"]) for row in await rows()) == [
        ("dropped", "consent-withdrawn"),
        ("sent", None),
    ]
    assert len(sms.calls) == 1
