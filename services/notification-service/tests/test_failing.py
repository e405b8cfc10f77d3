"""V4, and V3 across crashes: providers that fail, and workers that die."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from devkit.testing.waiting import until
from notification_service.errors import MessageRefused, ProviderUnavailable
from notification_service.sending.loop import LEASE
from notification_service.sending.models import pause_after

BOTH = {"language": "nb", "phone": "+4790000001", "email": "kari@example.org", "channels": {"tool": ["sms", "email"]}}
SMS_ONLY = BOTH | {"channels": {"tool": ["sms"]}}
SMS_ALONE = SMS_ONLY | {"email": None}


class Killed(BaseException):
    """As SystemExit, which asyncio does not leave in a task."""


def outcomes(rows: list[dict[str, Any]]) -> list[tuple[str | None, str, str | None]]:
    return [(row["channel"], row["status"], row["reason"]) for row in rows]


@pytest.mark.rule("V4")
def test_V4_pauses_grow_and_spread_and_come_to_an_end() -> None:
    shortest = [pause_after(attempt, None, 0.0) for attempt in range(1, 6)]
    assert shortest == [timedelta(seconds=s) for s in (1, 10, 60, 600)] + [None]
    assert pause_after(2, None, 1.0) == timedelta(seconds=12)


@pytest.mark.rule("V4")
def test_V4_a_providers_own_pause_counts_up_to_an_hour() -> None:
    assert pause_after(1, 30.0, 0.0) == timedelta(seconds=30)
    assert pause_after(4, 30.0, 0.0) == timedelta(seconds=600)
    assert pause_after(1, 1e9, 0.0) == timedelta(hours=1)
    assert pause_after(1, -5.0, 0.0) == timedelta(seconds=1)


async def test_V4_a_provider_that_is_away_is_tried_again_after_pauses(kari, news, clock, postman, sms, rows) -> None:
    await kari.choose(SMS_ALONE)
    await news.prescribed(kari.reference)
    sms.outcomes = [ProviderUnavailable("sms-gateway-unavailable"), ProviderUnavailable("timeout", 45.0), None]

    await postman.round()
    assert outcomes(await rows()) == [("sms", "waiting", "sms-gateway-unavailable")]
    assert await postman.round() == 0
    clock.go(seconds=1)
    await postman.round()
    assert outcomes(await rows()) == [("sms", "waiting", "timeout")]
    clock.go(seconds=44)
    assert await postman.round() == 0
    clock.go(seconds=1)
    await postman.round()

    assert outcomes(await rows()) == [("sms", "sent", None)]
    assert len({m.message_id for m in sms.calls}) == 1
    assert (await rows())[0]["attempts"] == 3


async def test_V4_what_is_refused_goes_to_the_other_channel(kari, news, postman, sms, email, rows, sent_events) -> None:
    await kari.choose(SMS_ONLY)
    await news.prescribed(kari.reference)
    sms.outcomes = [MessageRefused("sms-refused")]

    await postman.round()

    by_sms, by_email = await rows()
    assert (by_sms["status"], by_sms["reason"]) == ("failed", "sms-refused")
    assert (by_email["status"], by_email["instead_of"]) == ("sent", by_sms["notification_id"])
    assert [m.to for m in email.calls] == ["kari@example.org"]
    failed, sent = await sent_events()
    assert (failed["type"], failed["data"]["reason"]) == ("notification.failed.v1", "sms-refused")
    assert (sent["type"], sent["data"]["channel"]) == ("notification.sent.v1", "email")


async def test_V4_the_last_attempt_goes_to_the_other_channel(kari, news, clock, postman, sms, email, rows) -> None:
    await kari.choose(SMS_ONLY)
    await news.prescribed(kari.reference)
    sms.outcomes = [ProviderUnavailable("sms-gateway-unavailable")] * 5

    for _ in range(5):
        await postman.round()
        clock.go(minutes=20)
    await postman.round()

    assert len(sms.calls) == 5
    assert outcomes(await rows()) == [("sms", "failed", "sms-gateway-unavailable"), ("email", "sent", None)]


async def test_V4_a_channel_used_already_is_not_used_again(kari, news, postman, sms, email, rows) -> None:
    await kari.choose(BOTH)
    await news.prescribed(kari.reference)
    sms.outcomes = [MessageRefused("sms-refused")]

    await postman.round()
    assert await postman.round() == 0

    assert outcomes(await rows()) == [("sms", "failed", "sms-refused"), ("email", "sent", None)]
    assert len(email.calls) == 1


async def test_V4_when_both_fail_it_ends(kari, news, postman, sms, email, rows, sent_events) -> None:
    await kari.choose(SMS_ONLY)
    await news.prescribed(kari.reference)
    sms.outcomes = [MessageRefused("sms-refused")]
    email.outcomes = [MessageRefused("mail-refused")]

    await postman.round()
    assert await postman.round() == 0

    assert outcomes(await rows()) == [("sms", "failed", "sms-refused"), ("email", "failed", "mail-refused")]
    assert [e["data"]["reason"] for e in await sent_events()] == ["sms-refused", "mail-refused"]


async def test_V4_without_another_contact_point_it_ends_at_once(kari, news, postman, sms, rows) -> None:
    await kari.choose(SMS_ALONE)
    await news.prescribed(kari.reference)
    sms.outcomes = [MessageRefused("sms-refused")]

    await postman.round()

    assert outcomes(await rows()) == [("sms", "failed", "sms-refused")]


async def test_V4_a_contact_point_that_is_gone_fails_over(kari, news, postman, sms, email, rows, database) -> None:
    await kari.choose(SMS_ONLY)
    await news.prescribed(kari.reference)
    async with database.driver() as connection:
        await connection.execute("UPDATE notification_settings SET phone = NULL")

    await postman.round()

    assert outcomes(await rows()) == [("sms", "failed", "no-contact-point"), ("email", "sent", None)]


async def test_V4_a_fault_of_ours_is_a_visible_status_too(kari, news, postman, sms, rows) -> None:
    await kari.choose(SMS_ALONE)
    await news.prescribed(kari.reference)
    sms.outcomes = [ZeroDivisionError()]

    await postman.round()

    assert outcomes(await rows()) == [("sms", "waiting", "internal-error")]


async def test_V4_one_that_fails_does_not_hold_up_the_others(kari, ola, news, postman, sms, rows) -> None:
    for person in (kari, ola):
        await person.choose(SMS_ALONE)
        await news.prescribed(person.reference)
    sms.outcomes = [ProviderUnavailable("timeout")]

    await postman.round()

    assert sorted(row["status"] for row in await rows()) == ["sent", "waiting"]


async def test_V3_killed_between_the_call_and_the_record_it_is_sent_again_under_the_same_id(
    kari, news, clock, make_postman, sms, rows, sent_events
) -> None:
    await kari.choose(SMS_ALONE)
    await news.prescribed(kari.reference)
    sms.after_taking = Killed()

    await make_postman().round()

    assert outcomes(await rows()) == [("sms", "sending", None)]
    sms.after_taking = None
    survivor = make_postman()
    assert await survivor.round() == 0  # the lease of the dead one still runs
    clock.now += LEASE
    await survivor.round()

    assert outcomes(await rows()) == [("sms", "sent", None)]
    assert len(sms.calls) == 2
    assert len(sms.taken) == 1  # what the provider makes of an idempotency key
    assert len(await sent_events()) == 1


async def test_V3_a_worker_that_dies_every_time_does_not_send_for_ever(
    kari, news, clock, make_postman, sms, rows
) -> None:
    await kari.choose(SMS_ALONE)
    await news.prescribed(kari.reference)
    sms.after_taking = Killed()

    for _ in range(8):
        await make_postman().round()
        clock.now += LEASE

    assert len(sms.calls) == 5
    assert outcomes(await rows()) == [("sms", "failed", "outcome-unknown")]


async def test_V3_several_workers_send_each_once(kari, news, make_postman, sms, email, sent_events) -> None:
    await kari.choose()
    for _ in range(20):
        await news.prescribed(kari.reference)
    sms.pause = 0.01

    async def work() -> None:
        replica = make_postman()
        while await replica.round():
            pass

    await asyncio.gather(*(work() for _ in range(3)))

    assert len(sms.calls) == len(sms.taken) == 20
    assert len(email.calls) == 20
    assert len(await sent_events()) == 40


async def test_what_is_dropped_while_it_is_being_sent_is_recorded_as_sent(
    kari, news, postman, sms, rows, sent_events
) -> None:
    await kari.choose(SMS_ALONE)
    event = await news.prescribed(kari.reference)
    sms.hold()
    sending = asyncio.create_task(postman.round())
    await sms.until_busy()

    await news.revoked(event)
    assert outcomes(await rows()) == [("sms", "dropped", "revoked")]
    sms.let_go()
    await sending

    assert outcomes(await rows()) == [("sms", "sent", None)]
    assert [e["type"] for e in await sent_events()] == ["notification.sent.v1"]


async def test_what_is_dropped_while_an_attempt_fails_is_not_tried_again(kari, news, clock, postman, sms, rows) -> None:
    await kari.choose(SMS_ONLY)
    event = await news.prescribed(kari.reference)
    sms.hold()
    sms.outcomes = [ProviderUnavailable("timeout")]
    sending = asyncio.create_task(postman.round())
    await sms.until_busy()

    await news.revoked(event)
    sms.let_go()
    await sending
    clock.go(hours=1)

    assert await postman.round() == 0
    assert outcomes(await rows()) == [("sms", "dropped", "revoked")]


async def test_a_late_success_of_an_expired_lease_counts_once(
    kari, news, clock, make_postman, sms, rows, sent_events
) -> None:
    await kari.choose(SMS_ALONE)
    await news.prescribed(kari.reference)
    sms.hold()
    slow = asyncio.create_task(make_postman().round())
    await sms.until_busy()
    clock.now += LEASE
    another = asyncio.create_task(make_postman().round())
    await sms.until_busy(2)
    sms.let_go()
    await asyncio.gather(slow, another)

    assert outcomes(await rows()) == [("sms", "sent", None)]
    assert len(await sent_events()) == 1


async def test_no_more_run_at_once_than_allowed_and_no_connection_is_held_meanwhile(
    kari, news, postman, sms, database
) -> None:
    await kari.choose(SMS_ALONE)
    for _ in range(12):
        await news.prescribed(kari.reference)
    sms.hold()
    sending = asyncio.create_task(postman.round())
    await sms.until_busy(8)

    await until(lambda: database.connections_in_use == 0)  # a wake-up for the next round may be on its way
    assert not sending.done()
    sms.let_go()
    await sending
    assert sms.busiest == 8


async def test_an_outcome_is_recorded_once_the_database_is_back(kari, news, postman, sms, rows, database) -> None:
    await kari.choose(SMS_ALONE)
    await news.prescribed(kari.reference)
    sms.hold()
    sending = asyncio.create_task(postman.round())
    await sms.until_busy()
    async with database.driver() as connection:
        await connection.execute("ALTER TABLE notification RENAME TO away")
    sms.let_go()
    await asyncio.sleep(0.4)
    async with database.driver() as connection:
        await connection.execute("ALTER TABLE away RENAME TO notification")
    await sending

    assert outcomes(await rows()) == [("sms", "sent", None)]
    assert len(sms.calls) == 1
