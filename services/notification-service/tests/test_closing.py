"""V1: the citizen is notified of a revocation, an end and a stop as of a prescription; the texts are generic (V2)."""

from typing import Any
from uuid import uuid4

import pytest

from shared.events import (
    PrescriptionEnded,
    PrescriptionRevoked,
    PrescriptionStopped,
    ToolOpened,
    ToolPrescribed,
    ToolStopped,
)

SMS = {"language": "nb", "phone": "+4790000001", "channels": {"tool": ["sms"]}}
KINDS = {"revoked": PrescriptionRevoked, "ended": PrescriptionEnded, "stopped": PrescriptionStopped}


def closed(how: str, of: ToolPrescribed, clock: Any, version: int = 2) -> Any:
    about = {"prescription_id": of.prescription_id, "citizen": of.citizen, "tool_id": of.tool_id, "version": version}
    return KINDS[how](**about, **{f"{how}_at": clock()})


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nb", "Hei! Noe er endret for deg på Helsenorge."),
        ("nn", "Hei! Noko er endra for deg på Helsenorge."),
        ("en", "Hello! Something has changed for you on Helsenorge."),
    ],
)
@pytest.mark.parametrize("how", KINDS)
async def test_V1_what_is_over_is_told_once_and_generically(
    kari: Any, news: Any, postman: Any, sms: Any, clock: Any, how: str, language: str, words: str
) -> None:
    await kari.choose(SMS | {"language": language})
    event = await news.prescribed(kari.reference)
    await postman.round()
    clock.go(hours=1)
    await news.tell(closed(how, event, clock), times=3)
    await postman.round()
    [_, told] = sms.calls
    assert told.text.startswith(words)


async def test_V1_a_stop_is_told_whatever_is_heard_of_the_tool_besides(
    kari: Any, news: Any, postman: Any, sms: Any, clock: Any, rows: Any
) -> None:
    """The stop itself, and an opening that comes late, speak against other news of the prescription, not this."""
    await kari.choose(SMS)
    event = await news.prescribed(kari.reference)
    await postman.round()
    await news.tell(closed("stopped", event, clock))
    await news.tell(ToolStopped(tool_id=event.tool_id, sequence=1, revision=1, category="security"))
    opened = {"citizen": kari.reference, "tool_id": event.tool_id, "prescription_id": event.prescription_id}
    await news.tell(ToolOpened(**opened, acted_by=kari.reference, at=clock()))
    await postman.round()
    assert [(row["kind"], row["status"]) for row in await rows()] == [
        ("tool-prescribed", "sent"),
        ("tool-closed", "sent"),
    ]


async def test_V1_each_stop_of_a_tool_that_comes_back_is_told(
    kari: Any, news: Any, postman: Any, sms: Any, clock: Any
) -> None:
    await kari.choose(SMS)
    event = await news.prescribed(kari.reference)
    await postman.round()
    for version in (2, 4):
        await news.tell(closed("stopped", event, clock, version))
        await postman.round()
    assert len(sms.calls) == 3


@pytest.mark.parametrize("how", KINDS)
async def test_V3_what_was_over_before_it_was_told_of_is_not_told_of(
    kari: Any, news: Any, postman: Any, sms: Any, clock: Any, rows: Any, how: str
) -> None:
    await kari.choose(SMS)
    event = await news.prescribed(kari.reference)
    if how == "stopped":
        await news.tell(ToolStopped(tool_id=event.tool_id, sequence=1, revision=1, category="security"))
    await news.tell(closed(how, event, clock))
    await postman.round()
    assert sms.calls == []
    assert [row["kind"] for row in await rows()] == ["tool-prescribed"]


async def test_V1_who_opened_it_before_the_notification_went_is_told_of_its_end(
    kari: Any, news: Any, postman: Any, sms: Any, clock: Any
) -> None:
    await kari.choose(SMS)
    event = await news.prescribed(kari.reference)
    opened = {"citizen": kari.reference, "tool_id": event.tool_id, "prescription_id": event.prescription_id}
    await news.tell(ToolOpened(**opened, acted_by=kari.reference, at=clock()))
    await news.tell(closed("ended", event, clock, 3))
    await postman.round()
    assert [call.text.split(".")[0] for call in sms.calls] == ["Hei! Noe er endret for deg på Helsenorge"]


async def test_S6_nothing_is_told_to_who_has_withdrawn(
    kari: Any, news: Any, postman: Any, sms: Any, clock: Any
) -> None:
    await kari.choose(SMS)
    event = await news.prescribed(kari.reference)
    await postman.round()
    await news.level(kari.reference, "basis", 5)
    await news.tell(closed("revoked", event, clock))
    await postman.round()
    assert len(sms.calls) == 1


async def test_V3_several_at_once_are_one_message(kari: Any, news: Any, postman: Any, sms: Any, clock: Any) -> None:
    await kari.choose(SMS)
    events = [await news.prescribed(kari.reference, prescription_id=uuid4(), tool_id=uuid4()) for _ in range(3)]
    await postman.round()
    news.gather(60)
    for event in events:
        await news.tell(closed("stopped", event, clock))
    clock.go(seconds=61)
    await postman.round()
    assert sms.calls[-1].text.startswith("Hei! 3 ting er endret for deg på Helsenorge.")
