"""V5: reminders before a deadline, which stop as soon as there is nothing to be reminded of."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.events import (
    DeadlineApproaching,
    PrescriptionEnded,
    PrescriptionExpired,
    ToolOpened,
    ToolReinstated,
    ToolRemoved,
    ToolStopped,
)

SMS = {"language": "nb", "phone": "+4790000001", "channels": {"tool": ["sms"]}}
DEADLINE = datetime(2026, 12, 1, 22, 59, 59, tzinfo=UTC)


@pytest.fixture
def remind(news: Any) -> Any:
    async def tell(citizen: str, days_left: int = 7, **values: Any) -> DeadlineApproaching:
        usual = {"prescription_id": uuid4(), "tool_id": uuid4(), "deadline": DEADLINE, "days_left": days_left}
        event = DeadlineApproaching(**usual | {"citizen": citizen} | values)
        await news.tell(event)
        return event

    return tell


def outcomes(rows: list[dict[str, Any]]) -> list[tuple[str, str | None]]:
    return [(row["status"], row["reason"]) for row in rows]


@pytest.mark.parametrize(
    ("language", "words"),
    [("nb", "fristen er 1. desember"), ("nn", "fristen er 1. desember"), ("en", "to be done by 1 December")],
)
async def test_V5_a_reminder_says_by_when_and_not_what(kari, remind, postman, sms, language, words) -> None:
    await kari.choose(SMS | {"language": language})
    await remind(kari.reference)

    await postman.round()

    (call,) = sms.calls
    assert words in call.text


async def test_V5_each_reminder_of_a_deadline_comes_once(kari, news, remind, clock, postman, sms, rows) -> None:
    await kari.choose(SMS)
    first = await remind(kari.reference, 7)
    await news.tell(first, times=2)
    await postman.round()
    clock.go(days=6)
    second = await remind(kari.reference, 1, prescription_id=first.prescription_id, tool_id=first.tool_id)
    await news.tell(second)
    await postman.round()

    assert len(sms.calls) == 2
    assert len(await rows()) == 2


async def test_V5_a_reminder_is_not_the_first_notification(kari, news, remind, postman, sms) -> None:
    await kari.choose(SMS)
    prescribed = await news.prescribed(kari.reference)
    await postman.round()
    await remind(kari.reference, prescription_id=prescribed.prescription_id, tool_id=prescribed.tool_id)

    await postman.round()

    assert len(sms.calls) == 2


async def test_V5_reminders_have_a_choice_of_their_own(kari, remind, postman, sms, rows) -> None:
    await kari.choose(SMS | {"channels": {"tool": ["sms"], "reminder": []}})
    await remind(kari.reference)

    assert await postman.round() == 0
    assert outcomes(await rows()) == [("dropped", "no-channel")]


def endings(event: Any, now: datetime) -> dict[str, Any]:
    thing = event.model_dump(include={"prescription_id", "citizen", "tool_id"})
    acted = thing | {"acted_by": event.citizen, "at": now}
    return {
        "opened": ToolOpened(**acted),
        "removed": ToolRemoved(**acted),
        "expired": PrescriptionExpired(**thing, version=2, expired_at=now),
        "ended": PrescriptionEnded(**thing, version=2, ended_at=now),
        "tool-stopped": ToolStopped(tool_id=event.tool_id, sequence=9, revision=1, category="security"),
    }


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("reason", ["opened", "removed", "revoked", "expired", "ended", "tool-stopped"])
async def test_V5_it_stops_whichever_is_heard_of_first(
    kari, news, remind, clock, postman, sms, rows, reason, before
) -> None:
    await kari.choose(SMS)
    event = news.prescription(kari.reference)
    about = {"prescription_id": event.prescription_id, "tool_id": event.tool_id}

    async def end() -> None:
        if reason == "revoked":
            await news.revoked(event)
        else:
            await news.tell(endings(event, clock())[reason])

    if before:
        await end()
        clock.go(seconds=1)
    await remind(kari.reference, **about)
    if not before:
        clock.go(seconds=1)
        await end()

    await postman.round()
    assert sms.calls == []
    assert outcomes(await rows()) == [("dropped", reason)]


async def test_V5_S6_it_stops_when_consent_is_withdrawn(kari, news, remind, postman, sms, rows) -> None:
    await kari.choose(SMS)
    await remind(kari.reference)
    await news.level(kari.reference, "basis", 2)

    assert await postman.round() == 0
    assert outcomes(await rows()) == [("dropped", "consent-withdrawn")]


async def test_V5_a_tool_that_is_back_is_reminded_of_again(kari, news, remind, clock, postman, sms) -> None:
    await kari.choose(SMS)
    tool = uuid4()
    await news.tell(ToolStopped(tool_id=tool, sequence=7, revision=1, category="security"))
    await news.tell(ToolReinstated(tool_id=tool, sequence=8, revision=1, tool=document(tool)))
    clock.go(days=1)
    await remind(kari.reference, tool_id=tool)

    await postman.round()

    assert len(sms.calls) == 1


async def test_V5_a_late_reinstatement_does_not_undo_a_newer_stop(kari, news, remind, clock, postman, rows) -> None:
    await kari.choose(SMS)
    tool = uuid4()
    await news.tell(ToolStopped(tool_id=tool, sequence=9, revision=1, category="security"))
    await news.tell(ToolReinstated(tool_id=tool, sequence=8, revision=1, tool=document(tool)))
    clock.go(days=1)
    await remind(kari.reference, tool_id=tool)

    assert await postman.round() == 0
    assert outcomes(await rows()) == [("dropped", "tool-stopped")]


async def test_V5_after_the_deadline_there_is_nothing_to_remind_of(kari, remind, clock, postman, sms, rows) -> None:
    await kari.choose(SMS)
    await remind(kari.reference, 0)
    clock.now = DEADLINE + timedelta(hours=12)

    await postman.round()

    assert sms.calls == []
    assert outcomes(await rows()) == [("dropped", "too-late")]


async def test_V5_several_deadlines_are_one_message_with_the_first(kari, news, remind, clock, postman, sms) -> None:
    news.gather(60)
    await kari.choose(SMS)
    await remind(kari.reference, deadline=DEADLINE + timedelta(days=2))
    await remind(kari.reference)
    clock.go(seconds=60)

    await postman.round()

    (call,) = sms.calls
    assert "2 ting" in call.text
    assert "1. desember" in call.text


async def test_V5_a_tool_opened_is_not_notified_of_as_new_either(kari, news, clock, postman, sms, rows) -> None:
    """Opened before the message could go out: at night, say."""
    news.gather(60)
    await kari.choose(SMS)
    event = await news.prescribed(kari.reference)
    await news.tell(endings(event, clock())["opened"])
    clock.go(seconds=60)

    assert await postman.round() == 0
    assert outcomes(await rows()) == [("dropped", "opened")]


async def test_what_a_citizen_opens_of_their_own_is_no_news(kari, news, clock, rows) -> None:
    own = {"citizen": kari.reference, "tool_id": uuid4(), "acted_by": kari.reference, "at": clock()}
    await news.tell(ToolOpened(**own))
    await news.tell(ToolRemoved(**own))

    assert await rows("SELECT * FROM ended_thing") == []


def document(tool: UUID) -> Any:
    """A tool as the catalogue describes it."""
    from shared.events.catalog import ToolDocument

    party = {"organisation_number": "299900001", "name": "X"}
    return ToolDocument(
        tool_id=tool,
        revision=1,
        supplier=party,
        health_body=party,
        texts={"nb": {"name": "X", "short_text": "X"}},
        purpose="learning",
        kind="standalone",
        subject_areas=[],
        target_groups=[],
        languages=["nb"],
        integration={"method": "open-link", "address": "https://x.example/"},
        login_required=False,
        national=True,
        prescription_required=True,
        prescribable=True,
    )
