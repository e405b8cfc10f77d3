"""V1, S5: of a tool that only the citizen may use nobody else is told, a young person's parents least of all."""

from typing import Any
from uuid import uuid4

import pytest

from shared.events import (
    DeadlineApproaching,
    PrescriptionEnded,
    PrescriptionRevoked,
    PrescriptionStopped,
    ToolPrescribed,
)

SMS = {"language": "nb", "phone": "+4790000001", "email": None, "channels": {"tool": ["sms"]}}
CLOSED = {"revoked": PrescriptionRevoked, "ended": PrescriptionEnded, "stopped": PrescriptionStopped}


@pytest.fixture
async def young(kari: Any, child: Any, news: Any) -> str:
    """Kari's child of 12 to 15, with an own access and an own phone: both are told of what may be told."""
    await kari.choose(SMS)
    for one in (kari, child):
        await news.consent(one.reference)
    async with news.database.driver() as connection:
        await connection.execute(
            "INSERT INTO notification_settings (citizen, language, phone, channels, version, changed_at)"
            " VALUES ($1, 'nb', '+4790000077', '{}', 1, now())",
            child.reference,
        )
    await news.recipients(child.reference, kari.reference, themselves=True)
    return child.reference


def _about(of: ToolPrescribed, allowed: bool | None) -> dict[str, Any]:
    return of.model_dump(include={"prescription_id", "citizen", "tool_id"}) | {"representative_may_use": allowed}


@pytest.mark.parametrize(("allowed", "told"), [(True, 2), (False, 1), (None, 1)])
async def test_V1_S5_parents_are_told_only_of_tools_that_they_may_use(
    young: str, kari: Any, news: Any, postman: Any, sms: Any, rows: Any, allowed: bool | None, told: int
) -> None:
    """Unknown, as in what an older version has told, is not yes."""
    await news.prescribed(young, representative_may_use=allowed)
    await postman.round()
    await postman.round()
    assert sorted(call.to for call in sms.calls) == ["+4790000001", "+4790000077"][2 - told :]
    of_kari = await rows("SELECT * FROM notification WHERE citizen = $1", kari.reference)
    assert len(of_kari) == told - 1, "nor does it stand in the parent's history"


@pytest.mark.parametrize("allowed", [False, None])
async def test_V5_S5_reminders_of_private_tools_go_to_the_young_person_alone(
    young: str, news: Any, postman: Any, sms: Any, allowed: bool | None
) -> None:
    event = await news.prescribed(young, representative_may_use=allowed)
    await postman.round()
    await news.tell(DeadlineApproaching(**_about(event, allowed), deadline=event.deadline, days_left=7))
    await postman.round()
    assert [call.to for call in sms.calls] == ["+4790000077", "+4790000077"]


@pytest.mark.parametrize("how", CLOSED)
@pytest.mark.parametrize("began", [True, False])
async def test_V1_S5_the_end_of_a_private_tool_is_told_to_the_young_person_alone(
    young: str, news: Any, postman: Any, sms: Any, clock: Any, how: str, began: bool
) -> None:
    """Also where the tool was open to representatives when it began."""
    event = await news.prescribed(young, representative_may_use=began)
    await postman.round()
    sms.calls.clear()
    closed = CLOSED[how](**_about(event, False), version=2, **{f"{how}_at": clock()})
    await news.tell(closed)
    await postman.round()
    assert [call.to for call in sms.calls] == ["+4790000077"]


@pytest.mark.parametrize(("allowed", "told"), [(True, ["+4790000001"]), (False, []), (None, [])])
async def test_V1_S5_who_is_heard_of_late_is_told_only_of_tools_that_they_may_use(
    young: str, kari: Any, news: Any, clock: Any, postman: Any, sms: Any, allowed: bool | None, told: list[str]
) -> None:
    """They are told by what was kept of the event."""
    await news.recipients(young, themselves=True, version=2)
    event = await news.prescribed(young, representative_may_use=allowed)
    await news.tell(DeadlineApproaching(**_about(event, allowed), deadline=event.deadline, days_left=7))
    await postman.round()
    sms.calls.clear()
    clock.go(minutes=5)
    await news.recipients(young, kari.reference, themselves=True, version=3)
    await postman.round()
    assert [call.to for call in sms.calls] == told * 2


async def test_V1_S5_who_is_heard_of_late_is_told_that_what_they_were_told_of_is_over(
    young: str, kari: Any, news: Any, clock: Any, postman: Any, sms: Any
) -> None:
    """The end came while it was not known that the parent acts, for a confidential address say."""
    event = await news.prescribed(young, representative_may_use=True)
    await postman.round()
    await news.recipients(young, themselves=True, version=2)
    await news.tell(PrescriptionStopped(**_about(event, True), version=2, stopped_at=clock()))
    await postman.round()
    sms.calls.clear()
    clock.go(minutes=5)
    await news.recipients(young, kari.reference, themselves=True, version=3)
    await news.recipients(young, kari.reference, themselves=True, version=4)
    await postman.round()
    assert [(call.to, "noen du kan handle for" in call.text) for call in sms.calls] == [("+4790000001", True)]


async def test_V4_S5_what_goes_by_the_other_channel_still_says_whom_it_may_be_told(
    young: str, kari: Any, news: Any, clock: Any, postman: Any, sms: Any, rows: Any
) -> None:
    """A notification of the young person's that failed is a row like others when a relation is heard of late."""
    from notification_service.errors import MessageRefused

    await news.recipients(young, themselves=True, version=2)
    async with news.database.driver() as connection:
        await connection.execute("UPDATE notification_settings SET email = 'ung@example.org' WHERE citizen = $1", young)
    sms.outcomes = [MessageRefused("sms-refused")]
    await news.prescribed(young, representative_may_use=True)
    await postman.round()
    kept = await rows("SELECT representative_may_use FROM notification WHERE citizen = $1", young)
    assert [row["representative_may_use"] for row in kept] == [True, True]


@pytest.mark.parametrize(
    ("language", "words"), [("nb", "bare du kan bruke"), ("nn", "berre du kan bruke"), ("en", "only you may use")]
)
async def test_V1_S5_when_nobody_can_be_told_the_history_does_not_say_that_others_were(
    young: str, child: Any, news: Any, postman: Any, sms: Any, rows: Any, language: str, words: str
) -> None:
    """An own access that was taken back since: the young person is not told, and nobody in their stead."""
    from notification_service.notifying.explaining import explain

    await news.recipients(young, themselves=False, version=2)
    await news.prescribed(young, representative_may_use=False)
    await postman.round()
    assert sms.calls == []
    [row] = await rows("SELECT * FROM notification")
    assert (row["status"], row["reason"]) == ("dropped", "told-nobody")
    assert words in explain(row)[language]


async def test_S5_one_that_a_representative_may_not_open_is_the_givers_alone(
    kari: Any, ola: Any, news: Any, postman: Any, sms: Any, email: Any
) -> None:
    """Holders of a power of attorney are told of what they can do something about."""
    await kari.choose(SMS)
    await ola.choose({"language": "en", "phone": None, "email": "ola@example.org", "channels": {"tool": ["email"]}})
    await news.consent(ola.reference)
    await news.recipients(kari.reference, ola.reference, themselves=True)
    await news.prescribed(kari.reference, representative_may_use=False, prescription_id=uuid4())
    await postman.round()
    assert (len(sms.calls), len(email.calls)) == (1, 0)


async def test_V1_S5_what_was_made_for_others_without_asking_is_not_sent(
    young: str, kari: Any, news: Any, postman: Any, sms: Any, rows: Any
) -> None:
    """By a replica of the release before, that does not know of tools that only the citizen may use."""
    await news.prescribed(young, representative_may_use=True)
    async with news.database.driver() as connection:
        await connection.execute("UPDATE notification SET representative_may_use = NULL WHERE concerns IS NOT NULL")
    await postman.round()
    assert [call.to for call in sms.calls] == ["+4790000077"]
    [row] = await rows("SELECT status, reason FROM notification WHERE citizen = $1", kari.reference)
    assert (row["status"], row["reason"]) == ("dropped", "no-longer-acting")
