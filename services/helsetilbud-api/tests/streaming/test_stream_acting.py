"""A stream of somebody who acts for the citizen ends when the right to does, and not some time later (S5, M4)."""

import asyncio
import time
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.events import RepresentationChanged
from shared.schemas import rfc3339

RELATION = "power-of-attorney"
HEARTBEAT = 0.5


@pytest.fixture
def holder(caller: Any, kari: Any, representations: Any) -> Any:
    representations.allow()
    return caller(date(1988, 2, 2), represents=kari.number, relation=RELATION)


async def seconds_to_the_end(follower: Any) -> float:
    before = time.monotonic()
    async with asyncio.timeout(20):
        with pytest.raises(EOFError):
            await follower.all()
    return time.monotonic() - before


@pytest.mark.rule("S5", "M4")
@pytest.mark.parametrize("whose", ["representation", "own consent"])
async def test_S5_a_stream_ends_when_an_event_tells_that_the_right_has(
    kari: Any, holder: Any, others: Any, another: Any, follow: Any, representations: Any, clock: Any, whose: str
) -> None:
    """No heartbeat comes meanwhile."""
    async with another(stream_heartbeat=60) as url, follow(url, holder) as follower, follow(url, kari) as own:
        for stream in (follower, own):
            await stream.block()
        representations.against = ["ended" if whose == "representation" else "actor-consent-too-low"]
        taken_back = RepresentationChanged(
            citizen=kari.reference,
            representative=holder.reference,
            relation=RELATION,
            version=2,
            changed_at=clock.now,
            active=False,
        )
        ended = others.level(holder, "none", 1) if whose == "own consent" else taken_back
        await others.tell(ended)
        assert await seconds_to_the_end(follower) < 2
        await others.tell(others.prescribed(kari, uuid4()))
        assert (await own.entry())[0] == 1, "the citizen's own goes on"
    assert representations.permissions[-1] == {
        "citizen": kari.reference,
        "area": "health-care",
        "actor": holder.reference,
        "relation": RELATION,
    }


@pytest.mark.rule("S5", "M4")
async def test_S5_nothing_is_sent_after_the_right_has_ended(
    kari: Any, holder: Any, others: Any, another: Any, follow: Any, representations: Any
) -> None:
    """No event tells that it has."""
    async with another(stream_heartbeat=60) as url, follow(url, holder) as follower:
        await follower.block()
        representations.against = ["ended"]
        await others.tell(others.prescribed(kari, uuid4()))
        with pytest.raises(EOFError):
            await follower.block()


@pytest.mark.rule("S5", "M4")
@pytest.mark.parametrize("how", ["taken back", "not known"])
async def test_S5_a_stream_ends_at_a_heartbeat_when_no_event_comes(
    holder: Any, another: Any, follow: Any, representations: Any, how: str
) -> None:
    async with another(stream_heartbeat=HEARTBEAT) as url, follow(url, holder) as follower:
        for _ in range(3):
            await follower.block()
        if how == "taken back":
            representations.against = ["ended"]
        else:
            representations.status = 500
        assert await seconds_to_the_end(follower) < HEARTBEAT + 2


@pytest.mark.rule("S5", "M4")
async def test_S5_a_stream_ends_when_the_right_ends_by_itself(
    holder: Any, another: Any, follow: Any, representations: Any, clock: Any
) -> None:
    representations.allow(until=rfc3339(clock.now + timedelta(seconds=1.5)))
    async with another(stream_heartbeat=0.2) as url, follow(url, holder) as follower:
        await follower.block()
        assert 1 < await seconds_to_the_end(follower) < 3


@pytest.mark.rule("S5", "M4")
async def test_S5_a_young_persons_stream_ends_with_their_own_access(
    caller: Any, another: Any, follow: Any, representations: Any
) -> None:
    young = caller(date(2012, 6, 1))
    representations.allow(narrowed=True)
    async with another(stream_heartbeat=HEARTBEAT) as url, follow(url, young) as follower:
        await follower.block()
        representations.against = ["own-access-missing"]
        assert await seconds_to_the_end(follower) < HEARTBEAT + 2
        assert representations.permissions[-1] == {"citizen": young.reference, "area": "health-care"}


@pytest.mark.rule("S5", "M4")
async def test_S5_grown_ups_streams_ask_nobody(kari: Any, another: Any, follow: Any, representations: Any) -> None:
    async with another(stream_heartbeat=0.1) as url, follow(url, kari) as follower:
        for _ in range(3):
            await follower.block()
    assert representations.permissions == representations.asked == []
