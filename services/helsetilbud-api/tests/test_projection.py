"""The pages are a projection of events: the same whatever the order, and however often each comes (M5)."""

from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.messaging import Rejected


async def everything(citizen: Any) -> tuple[Any, Any]:
    """Without the ids of the entries, which differ from prescription to prescription."""
    feed = [{name: entry[name] for name in ("kind", "occurredAt", "text", "about")} for entry in await citizen.feed()]
    return await citizen.tools(), feed


async def test_M5_what_comes_twice_has_one_effect(kari: Any, others: Any, tool: UUID, rows: Any) -> None:
    event = others.prescribed(kari, tool)
    await others.tell(others.published(tool), event, others.revoked(event), times=2)
    await others.tell(event)  # the same news in a message with another id, as after a rebuild of the sender's
    assert await kari.tools() == []
    assert len(await kari.feed()) == 2
    assert len(await rows("SELECT * FROM citizen_tool")) == 1


@pytest.mark.parametrize("order", list(permutations(range(4))))
@pytest.mark.rule("M5", "K4")
async def test_M5_the_order_makes_no_difference(
    kari: Any, others: Any, clock: Any, order: tuple[int, ...], tool: UUID
) -> None:
    """Published, prescribed, revoked, prescribed again."""
    first = others.prescribed(kari, tool)
    clock.go(minutes=1)
    revoked = others.revoked(first)
    clock.go(minutes=1)
    second = others.prescribed(kari, tool)
    events = [others.published(tool), first, revoked, second]
    await others.tell(*(events[place] for place in order))
    [mine] = await kari.tools()
    assert (mine["prescriptionId"], mine["new"], mine["name"]) == (str(second.prescription_id), True, "Søvntrappa")
    assert [entry["kind"] for entry in await kari.feed()] == ["tool-prescribed", "tool-revoked", "tool-prescribed"]


@pytest.mark.parametrize("end", ["revoked", "expired", "ended"])
@pytest.mark.parametrize("end_first", [False, True])
@pytest.mark.rule("P10", "M5")
async def test_M5_a_prescription_that_has_ended_is_not_mine_and_the_feed_says_why(
    kari: Any, others: Any, tool: UUID, clock: Any, end: str, end_first: bool
) -> None:
    event = others.prescribed(kari, tool)
    clock.go(minutes=1)
    ended = getattr(others, end)(event)
    await others.tell(*((ended, event) if end_first else (event, ended)))
    assert await kari.tools() == []
    assert (await kari.open(tool)).json()["code"] == "tool-not-in-my-tools"
    assert [(entry["kind"], entry["about"]) for entry in await kari.feed()] == [
        (f"tool-{end}", None),
        ("tool-prescribed", None),
    ]


@pytest.mark.rule("P7")
async def test_P7_a_tool_that_was_opened_in_time_does_not_expire(
    kari: Any, others: Any, prescribed: Any, tool: UUID
) -> None:
    await kari.open(tool)
    await others.tell(others.expired(prescribed))
    assert [mine["toolId"] for mine in await kari.tools()] == [str(tool)]
    assert {entry["kind"] for entry in await kari.feed()} == {"tool-opened", "tool-prescribed"}


@pytest.mark.parametrize("end", ["revoked", "ended"])
@pytest.mark.rule("P10")
async def test_P10_an_opened_tool_can_be_taken_back_and_ended(
    kari: Any, others: Any, prescribed: Any, tool: UUID, clock: Any, end: str
) -> None:
    clock.go(minutes=1)
    await kari.open(tool)
    clock.go(minutes=1)
    await others.tell(getattr(others, end)(prescribed))
    assert await kari.tools() == []
    assert [entry["kind"] for entry in await kari.feed()] == [f"tool-{end}", "tool-opened", "tool-prescribed"]


async def test_M5_the_end_of_an_earlier_prescription_leaves_the_later_one(
    kari: Any, others: Any, prescribed: Any, tool: UUID, clock: Any
) -> None:
    await kari.delete(tool)
    clock.go(minutes=1)
    await others.tell(others.prescribed(kari, tool), others.revoked(prescribed))
    assert len(await kari.tools()) == 1


async def test_M5_several_ends_may_come_before_any_prescription(
    kari: Any, others: Any, tool: UUID, clock: Any, rows: Any
) -> None:
    first = others.prescribed(kari, tool)
    clock.go(minutes=1)
    second = others.prescribed(kari, tool)
    await others.tell(others.revoked(second), others.expired(first), others.revoked(second))
    await others.tell(second, first)
    assert await kari.tools() == []
    [row] = await rows("SELECT state, prescription_id FROM citizen_tool")
    assert row == {"state": "revoked", "prescription_id": second.prescription_id}


@pytest.mark.rule("K4", "M5")
@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_K4_late_news_of_a_tool_never_undo_newer(
    kari: Any, others: Any, tool: UUID, order: tuple[int, ...]
) -> None:
    await others.tell(others.prescribed(kari, tool))
    events = [others.published(tool), others.published(tool, 2, revision=2, name="Nytt navn"), others.stopped(tool, 3)]
    await others.tell(*(events[place] for place in order))
    [mine] = await kari.tools()
    assert mine["withdrawn"] is True
    assert mine["name"] in ("Søvntrappa", "Nytt navn")
    assert (await kari.open(tool)).status_code == 410


async def test_what_can_never_be_handled_is_rejected(others: Any, kari: Any, tool: UUID) -> None:
    broken = others.wrap(others.prescribed(kari, tool)).replace('"toolId"', '"tolId"')
    with pytest.raises(Rejected):
        await others.dispatcher.receive(broken)


@pytest.mark.rule("M6")
async def test_M6_each_tool_says_who_sent_it_when_and_when_it_was_used(
    kari: Any, others: Any, prescribed: Any, tool: UUID, clock: Any
) -> None:
    other = uuid4()
    await others.tell(others.prescribed(kari, other))
    await kari.open(tool)
    found = {mine["toolId"]: mine for mine in await kari.tools()}
    assert [found[str(t)]["prescribedBy"]["name"] for t in (tool, other)] == ["Ine Eksempel"] * 2
    assert [found[str(t)]["openedAt"] for t in (tool, other)] == [clock.written, None]
