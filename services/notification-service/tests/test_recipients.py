"""V1, S5: of a child the parents are told, of somebody who is represented whoever acts, each as they want."""

from collections import Counter
from typing import Any

import pytest

from shared.events import DeadlineApproaching, ToolOpened

SMS = {"language": "nb", "phone": "+4790000001", "email": None, "channels": {"tool": ["sms"]}}
EMAIL = {"language": "en", "phone": None, "email": "ola@example.org", "channels": {"tool": ["email"]}}


@pytest.fixture
async def family(kari: Any, ola: Any, child: Any, news: Any) -> None:
    """Two parents who have consented and want to be told in different ways, and their child."""
    await kari.choose(SMS)
    await ola.choose(EMAIL)
    for one in (kari, ola, child):
        await news.consent(one.reference)
    await news.recipients(child.reference, kari.reference, ola.reference, themselves=False)


async def outcomes(rows: Any, citizen: Any) -> list[tuple[str | None, str, str | None]]:
    found = await rows("SELECT * FROM notification WHERE citizen = $1 ORDER BY created_at", citizen.reference)
    return [(row["channel"], row["status"], row["reason"]) for row in found]


async def test_V1_of_a_child_each_parent_is_told_once_in_their_own_way(
    family, kari, ola, child, news, postman, sms, email, rows
) -> None:
    event = await news.prescribed(child.reference)
    await news.tell(event, times=2)
    await postman.round()
    await postman.round()

    assert [(call.to, call.language) for call in sms.calls] == [("+4790000001", "nb")]
    assert [(call.to, call.language) for call in email.calls] == [("ola@example.org", "en")]
    assert await outcomes(rows, kari) == [("sms", "sent", None)]
    assert await outcomes(rows, ola) == [("email", "sent", None)]
    assert await outcomes(rows, child) == [(None, "dropped", "told-others")]


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
async def test_V2_what_is_said_of_whom_stays_generic(family, kari, child, news, postman, sms, language) -> None:
    await kari.choose(SMS | {"language": language})
    await news.prescribed(child.reference)
    await postman.round()

    [call] = sms.calls
    words = {"nb": "noen du kan handle for", "nn": "nokon du kan handle for", "en": "somebody you may act for"}
    assert words[language] in call.text
    assert not any(word in call.text.lower() for word in ("barn", "child", "angst", "lege"))


async def test_V1_the_childs_own_phone_is_not_used(family, child, news, postman, sms, email) -> None:
    """A parent may have written one down for the child."""
    async with news.database.driver() as connection:
        await connection.execute(
            "INSERT INTO notification_settings (citizen, language, phone, channels, version, changed_at)"
            " VALUES ($1, 'nb', '+4790000077', '{\"tool\": [\"sms\"]}', 1, now())",
            child.reference,
        )
    await news.prescribed(child.reference)
    await postman.round()
    assert [call.to for call in sms.calls] == ["+4790000001"]


async def test_V3_what_two_children_get_comes_in_one_message(
    family, kari, ola, child, sibling, news, clock, postman, sms, email
) -> None:
    await news.consent(sibling.reference)
    await news.recipients(sibling.reference, kari.reference, themselves=False)
    news.gather(60)
    await news.prescribed(child.reference)
    await news.prescribed(sibling.reference)
    await news.prescribed(kari.reference)
    clock.go(seconds=61)
    await postman.round()

    texts = sorted(call.text for call in sms.calls)
    assert len(texts) == 2
    assert "2 nye ting" in texts[0]
    assert "noen du kan handle for" in texts[0]
    assert texts[1].startswith("Hei! Du har fått noe nytt")
    assert len(email.calls) == 1


async def test_V1_a_parent_without_full_consent_is_not_told(family, kari, ola, child, news, postman, rows) -> None:
    await news.level(kari.reference, "basis", 1)
    await news.prescribed(child.reference)
    await postman.round()
    assert await outcomes(rows, kari) == [("sms", "dropped", "consent-withdrawn")]
    assert await outcomes(rows, ola) == [("email", "sent", None)]


async def test_S6_withdrawing_the_childs_consent_stops_what_waits_for_the_parents(
    family, kari, child, news, postman, sms, rows
) -> None:
    await news.prescribed(child.reference)
    await news.level(child.reference, "none", 1)
    await postman.round()
    assert sms.calls == []
    assert await outcomes(rows, kari) == [("sms", "dropped", "no-longer-acting")]


async def test_S5_who_may_act_is_looked_at_right_before_sending(
    family, kari, ola, child, news, postman, sms, email, rows
) -> None:
    await news.prescribed(child.reference)
    await news.recipients(child.reference, ola.reference, themselves=False, version=2)
    await postman.round()
    assert sms.calls == []
    assert len(email.calls) == 1
    assert await outcomes(rows, kari) == [("sms", "dropped", "no-longer-acting")]


async def test_S5_an_older_word_of_who_may_act_changes_nothing(family, ola, child, news, postman, sms, email) -> None:
    await news.recipients(child.reference, ola.reference, themselves=False, version=5)
    await news.recipients(child.reference, themselves=True, version=4)
    await news.prescribed(child.reference)
    await postman.round()
    assert (len(sms.calls), len(email.calls)) == (0, 1)


async def test_V1_parents_who_are_heard_of_after_the_prescription_are_told(
    kari, ola, child, news, clock, postman, sms, email, rows
) -> None:
    """Prescribing asks consent-api, which may learn of the parents by that; the feed tells it seconds later."""
    await kari.choose(SMS)
    for one in (kari, child):
        await news.consent(one.reference, recipients=one is kari)
    event = await news.prescribed(child.reference, consented=False)
    await postman.round()
    assert (sms.calls, email.calls) == ([], [])
    clock.go(seconds=3)
    await news.recipients(child.reference, kari.reference, themselves=False)
    await news.recipients(child.reference, kari.reference, themselves=False, version=2)
    await news.tell(event)
    clock.go(seconds=20)
    await postman.round()
    await postman.round()
    assert len(sms.calls) == 1
    assert await outcomes(rows, kari) == [("sms", "sent", None)]


async def test_V1_nothing_goes_out_while_it_is_not_known_who_is_told(kari, news, clock, postman, sms, rows) -> None:
    await kari.choose(SMS)
    await news.consent(kari.reference, recipients=False)
    await news.prescribed(kari.reference, consented=False)
    await postman.round()
    assert sms.calls == []
    assert await outcomes(rows, kari) == [("sms", "waiting", None)]
    await news.recipients(kari.reference, themselves=True)
    clock.go(seconds=20)
    await postman.round()
    assert len(sms.calls) == 1


async def test_S5_a_young_person_with_an_own_access_is_told_themselves_as_well(
    family, kari, ola, child, news, postman, sms, email
) -> None:
    """consent-api says who (S5): parents see what was prescribed, and are told as well."""
    await news.recipients(child.reference, ola.reference, themselves=True, version=2)
    async with news.database.driver() as connection:
        await connection.execute(
            "INSERT INTO notification_settings (citizen, language, phone, channels, version, changed_at)"
            " VALUES ($1, 'nn', '+4790000077', '{}', 1, now())",
            child.reference,
        )
    await news.prescribed(child.reference)
    await postman.round()
    assert [(call.to, call.text[:21]) for call in sms.calls] == [("+4790000077", "Hei! Du har fått noko")]
    assert len(email.calls) == 1


async def test_S5_a_holder_is_told_besides_the_giver(kari, ola, news, postman, sms, email) -> None:
    await kari.choose(SMS)
    await ola.choose(EMAIL)
    await news.consent(ola.reference)
    await news.recipients(kari.reference, ola.reference, themselves=True)
    await news.prescribed(kari.reference)
    await postman.round()
    assert ([call.to for call in sms.calls], [call.to for call in email.calls]) == (
        ["+4790000001"],
        ["ola@example.org"],
    )


async def test_V5_reminders_go_to_parents_and_stop_when_the_tool_is_opened(
    family, kari, child, news, clock, postman, sms, email, rows
) -> None:
    event = await news.prescribed(child.reference)
    await postman.round()
    same = event.model_dump(include={"prescription_id", "citizen", "tool_id", "deadline", "representative_may_use"})
    await news.tell(DeadlineApproaching(**same, days_left=7))
    await postman.round()
    assert "noen du kan handle for" in sms.calls[-1].text
    assert len(sms.calls) == len(email.calls) == 2
    clock.go(minutes=1)
    await news.tell(DeadlineApproaching(**same, days_left=1))
    opened = {"citizen": child.reference, "tool_id": event.tool_id, "prescription_id": event.prescription_id}
    await news.tell(ToolOpened(**opened, acted_by=kari.reference, at=clock(), version=1))
    await postman.round()
    assert len(sms.calls) == len(email.calls) == 2
    assert (await outcomes(rows, kari))[-1] == ("sms", "dropped", "opened")


async def test_V4_a_parent_is_told_by_the_other_channel_when_one_fails(
    family, kari, child, news, postman, sms, email
) -> None:
    from notification_service.errors import MessageRefused

    await kari.choose(SMS | {"email": "kari@example.org", "channels": {"tool": ["sms"]}})
    sms.outcomes = [MessageRefused("sms-refused")]
    await news.prescribed(child.reference)
    await postman.round()
    assert Counter(call.to for call in email.calls) == {"kari@example.org": 1, "ola@example.org": 1}


async def test_V1_the_parents_history_says_that_it_was_for_another(family, kari, child, news, postman) -> None:
    await news.prescribed(kari.reference)
    await news.prescribed(child.reference)
    await postman.round()
    shown = (await kari.get("notifications")).json()["items"]
    assert sorted(item["onBehalf"] for item in shown) == [False, True]
    assert child.reference not in str(shown)


@pytest.mark.parametrize(
    ("language", "words"), [("nb", "Vi har verken"), ("nn", "Vi har verken eit"), ("en", "no address")]
)
async def test_V1_who_has_no_address_is_told_so_and_not_that_they_have_chosen(kari, news, language, words) -> None:
    """Somebody who has never been at the settings."""
    await news.prescribed(kari.reference)
    [shown] = (await kari.get("notifications", headers={"Accept-Language": language})).json()["items"]
    assert shown["reason"] == "no-contact-point"
    assert words in shown["explanation"]


async def test_V1_an_address_that_was_taken_away_before_sending_is_not_a_choice(kari, news, postman, rows) -> None:
    await kari.choose({"language": "nb", "phone": "+4790000001", "email": None, "channels": {}})
    await news.prescribed(kari.reference)
    async with news.database.driver() as connection:
        await connection.execute("UPDATE notification_settings SET phone = NULL")
    await postman.round()
    assert await outcomes(rows, kari) == [("sms", "failed", "no-contact-point")]
