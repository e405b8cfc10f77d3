"""V3 and V4 when much goes wrong at once: every citizen is told once of each thing, and nobody has to help.

Time is the clock's that is given, not ours. `NOTIFICATIONS=10000` makes it a big storm.
"""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from notification_service.errors import ProviderUnavailable
from notification_service.preferences.loading import load
from notification_service.preferences.models import CitizenSettings
from notification_service.sending import recording

NEXT = "SELECT min(due_at) AS due_at FROM notification WHERE status IN ('waiting', 'sending')"

pytestmark = [pytest.mark.rule("V3"), pytest.mark.rule("V4")]

COUNT = int(os.environ.get("NOTIFICATIONS", "200"))
# so that none dies in the same message's hands five times, which would be another story
DEADLY = max(0.002, 2 / COUNT)
BOTH = {"language": "nb", "channels": {"tool": ["sms", "email"]}, "quiet_hours": None}


class Killed(BaseException):
    """As SystemExit, which asyncio does not leave in a task."""


class Reaper:
    """Strikes down a worker now and then, with whatever it has under way."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - no secret
        self.dying = False
        self.deaths = Counter[str]()

    def __call__(self, taken: bool) -> None:
        if self.dying or self._chance.random() < DEADLY:
            self.dying = True
            self.deaths["after" if taken else "before"] += 1
            raise Killed


@pytest.fixture
def citizens() -> list[str]:
    return [f"k1-storm-{number:05d}" for number in range(COUNT)]


@pytest.fixture
async def told(citizens: list[str], news: Any, database: Any, clock: Any) -> None:
    """Each has been prescribed something, which some are told of twice."""
    chosen = [
        (citizen, CitizenSettings(phone=f"+4790{number:06d}", email=f"c{number}@example.org", **BOTH))
        for number, citizen in enumerate(citizens)
    ]
    await load(database, chosen, clock())
    for number, citizen in enumerate(citizens):
        await news.tell(news.prescription(citizen), times=1 + (number % 10 == 0))


@pytest.fixture
def weather_over(make_postman: Any, clock: Any, rows: Any) -> Callable[..., Awaitable[None]]:
    """Two workers send until nothing is left; one that is killed is followed by another."""

    async def send(reaper: Reaper | None = None) -> None:
        workers = [make_postman(), make_postman()]
        while True:
            taken = 0
            for number, worker in enumerate(workers):
                taken += await worker.round()
                if reaper and reaper.dying:
                    workers[number], reaper.dying = make_postman(), False
            if taken == 0:
                (left,) = await rows(NEXT)
                if left["due_at"] is None:
                    return
                clock.now = max(clock.now, left["due_at"])

    return send


@pytest.fixture
def all_is_well(rows: Any, sent_events: Any, citizens: list[str]) -> Callable[..., Awaitable[None]]:
    """Every citizen has had one message of each channel, which is recorded and told once."""

    async def check(*providers: Any) -> None:
        assert {row["status"] for row in await rows()} == {"sent"}
        for provider in providers:
            assert Counter(message.to for message in provider.taken.values()).most_common(1)[0][1] == 1
            assert len(provider.taken) == len(citizens)
        told = Counter((event["data"]["citizen"], event["data"]["channel"]) for event in await sent_events())
        assert (len(told), set(told.values())) == (2 * len(citizens), {1})
        assert await rows("SELECT * FROM dead_letter") == []

    return check


async def test_V4_down_for_ten_minutes_nobody_is_lost_and_nobody_has_to_help(
    told, clock, sms, email, weather_over, all_is_well
) -> None:
    back = clock() + timedelta(minutes=10)

    def down(taken: bool) -> None:
        if clock() < back:
            raise ProviderUnavailable("sms-gateway-unavailable")

    sms.strike = down
    await weather_over()
    await all_is_well(sms, email)
    assert len(sms.calls) < COUNT + 100  # while it was down it was left alone


async def test_V4_so_slow_that_no_answer_comes_in_time(told, clock, sms, email, weather_over, all_is_well) -> None:
    """For ten minutes: it has taken the message, and nobody knows."""
    fast = clock() + timedelta(minutes=10)

    def slow(taken: bool) -> None:
        if taken and clock() < fast:
            raise ProviderUnavailable("timeout")

    sms.strike = slow
    await weather_over()
    await all_is_well(sms, email)


async def test_V4_an_answer_of_500_now_and_then(told, sms, email, weather_over, all_is_well) -> None:
    chance = random.Random(500)  # noqa: S311 - no secret

    def fail(taken: bool) -> None:
        if chance.random() < 0.05:
            raise ProviderUnavailable("sms-gateway-unavailable")

    sms.strike = fail
    await weather_over()
    await all_is_well(sms, email)


async def test_V3_workers_killed_at_random_send_each_sms_once_and_each_email_at_least_once(
    told, clock, sms, email, weather_over, all_is_well
) -> None:
    reaper = Reaper(9)
    sms.strike = email.strike = reaper
    await weather_over(reaper)
    await all_is_well(sms, email)
    assert min(reaper.deaths.values()) > 0
    assert len(sms.calls) > COUNT  # some were sent again under the same id


async def test_V3_killed_while_the_outcome_is_being_recorded(
    told, clock, sms, email, weather_over, all_is_well, monkeypatch
) -> None:
    chance, record = random.Random(3), recording.record_sent  # noqa: S311 - no secret

    async def dies(*args: Any, **kwargs: Any) -> bool:
        if chance.random() < 0.05:
            raise asyncio.CancelledError
        return await record(*args, **kwargs)

    monkeypatch.setattr(recording, "record_sent", dies)
    await weather_over()
    await all_is_well(sms, email)
