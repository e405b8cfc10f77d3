"""Counting what is asked for: exactly in one process, together with the others about each second (decision 0040)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from devkit.testing.waiting import until
from shared.db import Database
from shared.housekeeping import keep_house
from shared.limiting import Counters, Policy, RateLimitExceeded, counting, fields, observe
from shared.metrics import Metrics

SECRET = b"an invented key of thirty-two by"
MINUTE = Policy("minute", 5, 60)
DAY = Policy("day", 8, 86_400)
OURS, THEIRS = ("ehr-of-ours", "9144889"), ("ehr-of-ours", "9144890")


class Clock:
    """Half a minute into a minute of a year to come, so that nothing is swept away meanwhile."""

    def __init__(self) -> None:
        self.now = datetime(2126, 11, 22, 8, 0, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def go(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def start(database: Database, clock: Clock) -> AsyncIterator[Callable[[], Counters]]:
    """Another process on the same database."""
    started: list[Counters] = []

    def process() -> Counters:
        started.append(Counters(database, SECRET, clock))
        return started[-1]

    yield process
    for one in started:
        await one.close()


def taken(counters: Counters, policy: Policy, who: tuple[str, ...] = OURS, amount: int = 1) -> bool:
    try:
        counters.take([(policy, who)], amount)
    except RateLimitExceeded:
        return False
    return True


def left(counters: Counters, policy: Policy, who: tuple[str, ...] = OURS) -> int:
    """How many more are let through; they are used up by this."""
    return sum(taken(counters, policy, who) for _ in range(policy.quota + 1))


async def test_the_quota_is_let_through_and_nothing_more(start: Callable[[], Counters]) -> None:
    counters = start()
    assert [taken(counters, MINUTE) for _ in range(7)] == [True] * 5 + [False] * 2
    assert taken(counters, MINUTE, THEIRS)


async def test_a_new_window_begins_anew_and_so_does_a_clock_that_is_put_back(
    start: Callable[[], Counters], clock: Clock
) -> None:
    counters = start()
    assert left(counters, MINUTE) == 5
    clock.go(29)
    assert not taken(counters, MINUTE)
    clock.go(1)
    assert left(counters, MINUTE) == 5
    clock.go(-3600)
    assert left(counters, MINUTE) == 5


async def test_many_at_once_count_each_and_are_let_through_together_or_not_at_all(
    start: Callable[[], Counters],
) -> None:
    counters = start()
    assert taken(counters, MINUTE, amount=4)
    assert not taken(counters, MINUTE, amount=2)
    assert taken(counters, MINUTE, amount=1)
    assert not taken(counters, MINUTE)


async def test_what_one_limit_refuses_uses_up_no_other(start: Callable[[], Counters], clock: Clock) -> None:
    counters = start()
    for _ in range(5):
        counters.take([(MINUTE, OURS), (DAY, OURS)])
    for _ in range(3):
        with pytest.raises(RateLimitExceeded) as refusal:
            counters.take([(MINUTE, OURS), (DAY, OURS)])
    assert refusal.value.extra == {"violatedPolicies": ["minute"]}
    assert refusal.value.headers == {"Retry-After": "30"}
    clock.go(30)
    assert left(counters, DAY) == 3


async def test_the_log_says_once_in_a_window_who_was_refused(start: Callable[[], Counters], clock: Clock) -> None:
    counters = start()
    with capture_logs() as said:
        for _ in range(2):
            left(counters, MINUTE)
            clock.go(60)
        assert taken(counters, MINUTE, THEIRS)
    reached = {"event": "limit_reached", "limit": "minute", "quota": 5, "who": OURS, "log_level": "warning"}
    assert said == [reached, reached]


async def test_two_processes_share_a_limit_once_they_have_told(start: Callable[[], Counters]) -> None:
    one, other = start(), start()
    assert [taken(one, MINUTE), taken(one, MINUTE), taken(one, MINUTE), taken(other, MINUTE)] == [True] * 4
    assert await one.tell()
    assert await other.tell()
    assert left(other, MINUTE) == 1
    assert taken(one, MINUTE)  # it has not heard of the others'
    assert await other.tell()
    assert await one.tell()
    assert not taken(one, MINUTE)


async def test_it_is_told_without_being_asked(
    start: Callable[[], Counters], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "EVERY_SECONDS", 0.01)
    taken(start(), MINUTE, amount=4)

    async def told() -> bool:
        return await used(database) == [4]

    await until(told)


async def test_a_restart_forgets_nothing(start: Callable[[], Counters], clock: Clock) -> None:
    before = start()
    many = Policy("many", 1000, 86_400)
    assert taken(before, MINUTE, amount=5)
    assert taken(before, many)  # too few for the others to be told of them
    await before.close()
    after = start()
    assert taken(after, MINUTE)
    assert taken(after, many, amount=50)
    assert await after.tell()
    assert not taken(after, MINUTE)
    assert not taken(after, many, amount=950)
    assert taken(after, many, amount=949)


async def test_little_is_not_written(start: Callable[[], Counters], database: Database) -> None:
    counters, many = start(), Policy("many", 1000, 60)
    taken(counters, many, amount=49)
    assert await counters.tell()
    assert await used(database) == []
    taken(counters, many)
    assert await counters.tell()
    assert await used(database) == [50]


async def test_while_the_database_is_away_each_goes_on_by_what_it_knows(
    start: Callable[[], Counters], database: Database
) -> None:
    counters = start()
    assert taken(counters, MINUTE, amount=3)
    async with database.driver() as connection:
        await connection.execute("ALTER TABLE rate_count RENAME TO rate_count_away")
    assert not await counters.tell()
    assert left(counters, MINUTE) == 2
    async with database.driver() as connection:
        await connection.execute("ALTER TABLE rate_count_away RENAME TO rate_count")
    assert await counters.tell()
    assert await used(database) == [5]


async def test_the_table_does_not_tell_who(start: Callable[[], Counters], database: Database) -> None:
    counters = start()
    for who in (OURS, THEIRS):
        taken(counters, MINUTE, who, amount=5)
    assert await counters.tell()
    async with database.driver() as connection:
        rows = await connection.fetch("SELECT counter FROM rate_count")
    assert len({row["counter"] for row in rows}) == 2
    assert {len(row["counter"]) for row in rows} == {16}


async def test_what_is_over_is_swept_away(database: Database) -> None:
    async with database.driver() as connection:
        await connection.execute("""
            INSERT INTO rate_count VALUES ('over', now() - interval '1 second', 6), ('on', now() + interval '1 day', 5)
        """)
    stop = asyncio.Event()
    sweeping = asyncio.create_task(keep_house(database, Metrics(), stop))

    async def swept() -> bool:
        return await used(database) == [5]

    await until(swept)
    stop.set()
    await sweeping


async def test_answers_tell_what_is_left_but_not_how_often_others_asked(start: Callable[[], Counters]) -> None:
    counters, hidden = start(), Policy("person", 5, 3600, shown=False)
    seen = observe()
    counters.take([(MINUTE, OURS), (DAY, OURS), (hidden, OURS)], 2)
    assert fields(seen) == [
        (b"ratelimit-policy", b'"minute";q=5;w=60, "day";q=8;w=86400'),
        (b"ratelimit", b'"minute";r=3;t=30, "day";r=6;t=57570'),
    ]
    counters.take([(hidden, OURS)], 3)
    with pytest.raises(RateLimitExceeded):
        counters.take([(hidden, OURS)])
    # Retry-After is not earlier than the end of any window that is told of
    assert fields(seen)[1] == (b"ratelimit", b'"person";r=0;t=3570')


async def used(database: Database) -> list[int]:
    async with database.driver() as connection:
        return [row["used"] for row in await connection.fetch("SELECT used FROM rate_count ORDER BY used")]
