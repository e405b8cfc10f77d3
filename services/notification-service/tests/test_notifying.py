"""V1, V2, V3 and S6: who is notified of what, how often, and what stops it."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from notification_service.notifying.models import Circumstances, Thing
from notification_service.preferences.models import CitizenSettings, masked
from shared.events import PrescriptionExpired, ToolStopped

BOTH = {"language": "nb", "phone": "+4790000001", "email": "kari@example.org", "channels": {"tool": ["sms", "email"]}}


def outcomes(rows: list[dict[str, Any]]) -> list[tuple[str | None, str, str | None]]:
    return [(row["channel"], row["status"], row["reason"]) for row in rows]


@pytest.mark.parametrize("chosen", [["sms"], ["email"], ["sms", "email"]])
async def test_V1_a_prescription_is_notified_by_the_channels_that_the_citizen_has_chosen(
    kari, news, postman, sms, email, rows, sent_events, chosen
) -> None:
    await kari.choose(BOTH | {"channels": {"tool": chosen}})
    event = await news.prescribed(kari.reference)

    await postman.round()

    assert outcomes(await rows()) == [(channel, "sent", None) for channel in chosen]
    assert [m.to for m in sms.calls] == ["+4790000001"] * ("sms" in chosen)
    assert [m.to for m in email.calls] == ["kari@example.org"] * ("email" in chosen)
    told = await sent_events()
    assert sorted(e["data"]["channel"] for e in told) == sorted(chosen)
    assert {e["type"] for e in told} == {"notification.sent.v1"}
    assert {e["data"]["about"] for e in told} == {str(event.prescription_id)}


@pytest.mark.parametrize(
    ("wanted", "reason"), [(None, "no-contact-point"), (BOTH | {"channels": {"tool": []}}, "no-channel")]
)
async def test_V1_none_chosen_is_answered_for_and_nothing_sent(
    kari, news, postman, sms, email, rows, wanted, reason
) -> None:
    if wanted:
        await kari.choose(wanted)
    await news.prescribed(kari.reference)

    assert await postman.round() == 0
    assert outcomes(await rows()) == [(None, "dropped", reason)]


async def test_V1_settings_of_one_citizen_are_not_another_ones(kari, ola, news, postman, sms, rows) -> None:
    await kari.choose()
    await news.prescribed(ola.reference)

    assert await postman.round() == 0
    assert [row["reason"] for row in await rows()] == ["no-contact-point"]


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
async def test_V2_nothing_sent_tells_of_the_tool_the_practitioner_or_health(
    kari, news, postman, sms, email, settings, language
) -> None:
    await kari.choose(BOTH | {"language": language})
    event = await news.prescribed(kari.reference)

    await postman.round()

    (text_message,), (mail,) = sms.calls, email.calls
    told = f"{text_message.text} {mail.subject} {mail.text}".lower()
    known = (event.prescriber_name, event.organisation, event.organisation_name, event.tool_id, event.prescription_id)
    hints = (
        "verktøy",
        "verkty",
        "tool",
        "lege",
        "doctor",
        "behandl",
        "psyk",
        "pasient",
        "patient",
        "sykdom",
        "sjukdom",
    )
    for word in (*map(str, known), kari.reference, *hints):
        assert word.lower() not in told.replace(settings.pages_url.lower(), "")
    assert settings.pages_url in mail.text
    assert text_message.language == mail.language == language


async def test_V3_an_event_that_comes_again_notifies_once(kari, news, postman, sms, email, rows) -> None:
    await kari.choose()
    event = news.prescription(kari.reference)

    await news.tell(event, times=3)
    await postman.round()
    await news.tell(event)  # sent anew, as another message about the same thing
    await postman.round()

    assert len(sms.calls) == len(email.calls) == 1
    assert len(await rows()) == 2


async def test_V3_parallel_deliveries_notify_once(kari, news, postman, sms, email, rows) -> None:
    await kari.choose()
    event = news.prescription(kari.reference)

    await asyncio.gather(*(news.tell(event, times=2) for _ in range(8)))
    await postman.round()

    assert len(sms.calls) == len(email.calls) == 1
    assert len(await rows()) == 2


async def test_V3_a_channel_chosen_later_is_not_used_for_what_was_notified_before(kari, news, postman, email) -> None:
    event = await news.prescribed(kari.reference)
    await kari.choose()

    await news.tell(event)

    assert await postman.round() == 0


async def test_V3_two_prescriptions_are_two_things(kari, news, postman, sms) -> None:
    await kari.choose()
    await news.prescribed(kari.reference)
    await news.prescribed(kari.reference)

    await postman.round()

    assert len(sms.calls) == 2


async def test_what_is_revoked_before_it_is_sent_is_dropped(kari, news, postman, rows) -> None:
    await kari.choose()
    await news.revoked(await news.prescribed(kari.reference))

    assert outcomes(await rows()) == [("sms", "dropped", "revoked"), ("email", "dropped", "revoked")]
    assert await postman.round() == 0


async def test_what_has_expired_before_it_is_sent_is_dropped(kari, news, postman, rows) -> None:
    await kari.choose()
    event = await news.prescribed(kari.reference)
    names = {"prescription_id", "citizen", "tool_id"}
    await news.tell(PrescriptionExpired(**event.model_dump(include=names), expired_at=news.clock()))

    assert await postman.round() == 0
    assert {row["reason"] for row in await rows()} == {"expired"}


async def test_a_revocation_that_comes_before_the_prescription_is_remembered(kari, news, postman, rows) -> None:
    await kari.choose()
    event = news.prescription(kari.reference)
    await news.revoked(event)
    await news.tell(event)

    assert await postman.round() == 0
    assert outcomes(await rows()) == [("sms", "dropped", "revoked"), ("email", "dropped", "revoked")]


async def test_a_revocation_handled_beside_the_prescription_still_counts(kari, news, postman, rows, database) -> None:
    """The two transactions do not see each other; what was missed is seen right before sending."""
    await kari.choose()
    event = await news.prescribed(kari.reference)
    async with database.driver() as connection:
        await connection.execute(
            "INSERT INTO ended_thing VALUES ($1, $2, 'revoked', now())", kari.reference, str(event.prescription_id)
        )

    assert await postman.round() == 2
    assert outcomes(await rows()) == [("sms", "dropped", "revoked"), ("email", "dropped", "revoked")]


async def test_a_revocation_after_the_sending_leaves_what_was_sent(kari, news, postman, rows) -> None:
    await kari.choose()
    event = await news.prescribed(kari.reference)
    await postman.round()
    await news.revoked(event)

    assert {row["status"] for row in await rows() if row["kind"] == "tool-prescribed"} == {"sent"}


@pytest.mark.parametrize("late", [False, True])
async def test_a_stopped_tool_is_not_notified_of(kari, news, clock, postman, rows, late) -> None:
    await kari.choose()
    event = news.prescription(kari.reference)
    stop = ToolStopped(tool_id=event.tool_id, sequence=7, revision=1, category="security")
    for told in (stop, event) if late else (event, stop):
        await news.tell(told, at=clock() + timedelta(seconds=1))

    assert await postman.round() == 0
    assert {row["reason"] for row in await rows()} == {"tool-stopped"}


async def test_what_is_prescribed_after_a_stop_is_notified_of(kari, news, clock, postman, sms) -> None:
    """The tool must have been reinstated; that message may be late, or is none of ours."""
    await kari.choose()
    tool_id = uuid4()
    await news.tell(ToolStopped(tool_id=tool_id, sequence=7, revision=1, category="security"))
    clock.go(minutes=5)
    await news.prescribed(kari.reference, tool_id=tool_id)
    await news.tell(
        ToolStopped(tool_id=tool_id, sequence=5, revision=1, category="security"), at=clock() - timedelta(hours=1)
    )

    await postman.round()

    assert len(sms.calls) == 1


@pytest.mark.parametrize("level", ["none", "basis"])
async def test_S6_withdrawing_full_consent_stops_what_is_not_sent(kari, news, postman, rows, level) -> None:
    await kari.choose()
    await news.level(kari.reference, "full", 1)
    await news.prescribed(kari.reference)
    await news.level(kari.reference, level, 2)

    assert await postman.round() == 0
    assert {row["reason"] for row in await rows()} == {"consent-withdrawn"}


async def test_S6_consent_is_asked_for_again_right_before_sending(kari, news, postman, sms, rows, database) -> None:
    await kari.choose()
    await news.prescribed(kari.reference)
    async with database.driver() as connection:
        await connection.execute("UPDATE consent_level SET level = 'none' WHERE citizen = $1", kari.reference)

    await postman.round()

    assert sms.calls == []
    assert {row["reason"] for row in await rows()} == {"consent-withdrawn"}


async def test_S6_an_older_level_that_comes_late_changes_nothing(kari, news, postman, sms, rows) -> None:
    await kari.choose()
    await news.prescribed(kari.reference)
    await news.level(kari.reference, "none", 3)
    await news.level(kari.reference, "full", 2)

    assert await postman.round() == 0
    assert {row["reason"] for row in await rows()} == {"consent-withdrawn"}


async def test_S6_what_was_dropped_because_consent_came_late_is_sent(kari, news, clock, postman, sms) -> None:
    """Withdrawn, given again, prescribed; and the second of the three is heard of last."""
    await kari.choose()
    await news.level(kari.reference, "none", 2)
    given = clock() + timedelta(minutes=1)
    clock.go(minutes=2)
    await news.prescribed(kari.reference)
    assert await postman.round() == 0

    await news.level(kari.reference, "full", 3, at=given)
    await postman.round()

    assert len(sms.calls) == 1


async def test_S6_consent_given_again_does_not_bring_back_what_it_stopped(kari, news, clock, postman, sms) -> None:
    await kari.choose()
    await news.prescribed(kari.reference)
    await news.level(kari.reference, "none", 2)
    clock.go(minutes=1)
    await news.level(kari.reference, "full", 3)

    assert await postman.round() == 0


async def test_S6_another_citizens_withdrawal_stops_nothing(kari, ola, news, postman, sms) -> None:
    await kari.choose()
    await news.prescribed(kari.reference)
    await news.level(ola.reference, "none", 1)

    await postman.round()

    assert len(sms.calls) == 1


async def test_channels_turned_off_after_the_prescription_are_not_used(kari, news, postman, sms, email, rows) -> None:
    await kari.choose()
    await news.prescribed(kari.reference)
    await kari.choose(BOTH | {"channels": {"tool": ["email"]}})

    await postman.round()

    assert outcomes(await rows()) == [("sms", "dropped", "turned-off"), ("email", "sent", None)]
    assert sms.calls == []


async def test_contact_points_are_those_of_the_moment_of_sending_and_are_kept_only_shortened(
    kari, news, postman, sms, rows
) -> None:
    await kari.choose()
    await news.prescribed(kari.reference)
    await kari.choose(BOTH | {"phone": "+4790000002"})

    await postman.round()

    assert [m.to for m in sms.calls] == ["+4790000002"]
    kept = str(await rows())
    assert "+47******02" in kept
    assert "+4790000002" not in kept
    assert "kari@example.org" not in kept


def test_a_contact_point_does_not_show_in_logs() -> None:
    assert "90000001" not in repr(CitizenSettings(phone="+4790000001", email="kari@example.org"))
    assert "kari" not in repr(CitizenSettings(phone="+4790000001", email="kari@example.org"))


@pytest.mark.parametrize(
    ("contact", "shortened"),
    [("+4790000001", "+47******01"), ("kari@example.org", "k***@example.org"), ("+46701234", "+46****34")],
)
def test_a_contact_point_is_shortened(contact, shortened) -> None:
    assert masked(contact) == shortened


@pytest.mark.parametrize(("level", "reason"), [(None, "no-consent"), ("none", "consent-withdrawn"), ("full", None)])
def test_S6_only_full_is_full_and_unknown_is_not_yes(clock, level, reason) -> None:
    thing = Thing("k1-x", "1", "tool-prescribed", "tool", None, uuid4(), clock())
    assert Circumstances(level=level).against(thing, clock()) == reason


async def test_S6_nothing_goes_to_somebody_of_whose_consent_nothing_is_known(kari, news, postman, sms, rows) -> None:
    news.consented = False
    await kari.choose()
    await news.prescribed(kari.reference)

    assert await postman.round() == 0
    assert {row["reason"] for row in await rows()} == {"no-consent"}
    (shown, *_) = (await kari.get("notifications", headers={"Accept-Language": "en"})).json()["items"]
    assert shown["explanation"].startswith("We know of no consent")


async def test_S6_consent_forgotten_before_sending_stops_what_waits(kari, news, postman, sms, rows, database) -> None:
    await kari.choose()
    await news.prescribed(kari.reference)
    async with database.driver() as connection:
        await connection.execute("DELETE FROM consent_level")

    await postman.round()

    assert sms.calls == []
    assert {row["reason"] for row in await rows()} == {"no-consent"}


async def test_S6_what_waited_for_first_consent_to_be_heard_of_is_sent(kari, news, clock, postman, sms) -> None:
    """Prescribing asks consent-api (P4); the event about the consent may come after that about the prescription."""
    news.consented = False
    await news.recipients(kari.reference, themselves=True)
    await kari.choose()
    given = clock()
    clock.go(seconds=2)
    await news.prescribed(kari.reference)
    await news.level(kari.reference, "full", 1, at=given)

    await postman.round()

    assert len(sms.calls) == 1


async def test_the_correlation_of_the_prescription_follows_its_notifications(
    kari, news, postman, sms, sent_events
) -> None:
    from shared.correlation import accept, correlated

    await kari.choose()
    event_id = str(uuid4())
    with correlated(accept(event_id, "00-" + "a" * 32 + "-" + "b" * 16 + "-01", "EPJ 1.0")):
        await news.prescribed(kari.reference)

    await postman.round()

    for told in await sent_events():
        assert told["nhneventid"] == event_id
        assert told["traceparent"].startswith("00-" + "a" * 32)
        assert told["nhnsourcesystem"] == "EPJ 1.0"
