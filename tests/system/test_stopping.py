"""A tool that is stopped is refused everywhere: at once with the broker, within seconds without (K4)."""

from typing import Any

import httpx
import pytest

from sandbox.wiring import Wiring
from tools.bench.stopping import StopWatch
from tools.local.processes import Processes

pytestmark = pytest.mark.system

TIMES = 25


@pytest.fixture
async def watch(
    system: Processes, wiring: Wiring, http: httpx.AsyncClient, tools: list[str], citizens: list[dict[str, Any]]
) -> StopWatch:
    watch = StopWatch(http, wiring)
    patient = next(person for person in citizens if person["state"] == "born-2000")
    await watch.begin(patient["nationalId"], tools[5])
    return watch


async def test_K4_a_stop_reaches_everyone_within_a_second(watch: StopWatch) -> None:
    took = [seconds for _ in range(TIMES) for seconds in await watch.stop_once()]
    assert max(took) < 1, sorted(took)[-5:]


async def test_K4_K6_a_stop_reaches_everyone_within_ten_seconds_without_the_broker(
    watch: StopWatch, broker: Any
) -> None:
    broker.server.kill()
    try:
        took = await watch.stop_once()
    finally:
        broker.crash_and_return()
    assert max(took) < 10
    assert max(await watch.stop_once()) < 10  # and when it is back
