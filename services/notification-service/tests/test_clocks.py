"""V3: workers whose clocks differ by ten minutes send each message once, and none waits for the difference."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notification_service.errors import ProviderUnavailable
from notification_service.sending.carriers import Carrier, provider_breaker
from notification_service.sending.composing import Composer
from notification_service.sending.loop import Sending
from notification_service.sending.measuring import DeliveryMetrics
from notification_service.texts.templates import load_templates
from shared.metrics import Metrics

SMS = {"phone": "+4790000001", "language": "nb", "channels": {"tool": ["sms"]}, "quietHours": None}


@pytest.fixture
def worker(database: Any, settings: Any, sms: Any) -> Callable[[int], Sending]:
    """One whose clock is so many minutes ahead."""

    def make(minutes: int) -> Sending:
        def clock() -> datetime:
            return datetime.now(UTC) + timedelta(minutes=minutes)

        composer = Composer(load_templates(), settings.pages_url, settings.code_secret)
        carrier = Carrier("sms", sms, provider_breaker(clock))
        metrics = DeliveryMetrics(Metrics())
        return Sending(database, carrier, composer, metrics=metrics, clock=clock, chance=lambda: 0.0)

    return make


@pytest.fixture
async def waiting(kari: Any, news: Any, clock: Any) -> None:
    clock.now = datetime.now(UTC) - timedelta(seconds=1)
    await kari.choose(SMS)
    await news.prescribed(kari.reference)


@pytest.mark.parametrize(("first", "second"), [(0, 10), (-10, 0), (-5, 5)])
async def test_V3_a_message_under_way_is_not_taken_up_by_a_clock_that_is_ahead(
    waiting: None, worker: Any, sms: Any, first: int, second: int
) -> None:
    one, other = worker(first), worker(second)
    sms.hold()
    assert await one.send_due(8) == 1
    await sms.until_busy()
    assert await other.send_due(8) == 0
    sms.let_go()
    await one.finish()
    assert len(sms.calls) == 1


@pytest.mark.parametrize("minutes", [-10, 10])
async def test_V4_what_one_failed_with_another_tries_again_after_the_pause(
    waiting: None, worker: Any, sms: Any, minutes: int
) -> None:
    one, other = worker(minutes), worker(0)
    sms.outcomes = [ProviderUnavailable("timeout")]
    assert await one.send_due(8) == 1
    await one.finish()
    assert await other.send_due(8) == 0  # within the second's pause
    await asyncio.sleep(1.2)
    assert await other.send_due(8) == 1
    await other.finish()
    assert len(sms.taken) == 1


async def test_V3_a_clock_that_is_behind_leaves_nothing_waiting(waiting: None, worker: Any, sms: Any) -> None:
    behind = worker(-10)
    assert await behind.send_due(8) == 1
    await behind.finish()
    assert len(sms.taken) == 1
