"""What changes with a date: birthdays, and the days of powers of attorney (S5)."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from consent_api.settings import Settings
from consent_api.turning import turn
from consent_api.worker import create_worker
from shared.db import Database
from shared.messaging.local import LocalBroker

BEFORE = datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC)
ONE_DAY = timedelta(days=1)
MIDNIGHT = datetime(2026, 11, 30, 23, 0, 0, tzinfo=UTC)


@pytest.fixture
def told(rows: Any, reference: Any) -> Any:
    """Who has been named in the feed since, and what the events say."""
    seen = {"standing_change": 0, "outbox": 0}

    async def since() -> tuple[list[str], list[dict[str, Any]]]:
        found = {table: (await rows(table))[count:] for table, count in seen.items()}
        for table, new in found.items():
            seen[table] += len(new)
        named = sorted(row["citizen"] for row in found["standing_change"])
        return named, [row["payload"]["data"] for row in found["outbox"]]

    return since


async def test_S5_powers_of_attorney_begin_and_end_by_themselves(
    kari: Any, ola: Any, database: Database, told: Any, reference: Any, rows: Any
) -> None:
    await turn(database, BEFORE)
    days = {"validFrom": "2026-12-01", "validTo": "2026-12-31"}
    wanted = {"holder": {"nationalId": ola.number, "name": ola.name}, "areas": ["health-care"], **days}
    await kari.post("/v1/me/representations", wanted)
    await told()
    await turn(database, BEFORE)
    assert await told() == ([], [])
    for _ in range(2):
        await turn(database, MIDNIGHT)
    named, [event] = await told()
    assert named == [reference(kari.number)]
    assert (event["active"], event["version"], event["representative"]) == (True, 2, reference(ola.number))
    await turn(database, datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC))
    assert await told() == ([], [])
    await turn(database, datetime(2026, 12, 31, 23, 0, 0, tzinfo=UTC))
    named, [event] = await told()
    assert (named, event["active"], event["version"]) == ([reference(kari.number)], False, 3)
    changes = [row["change"] for row in await rows("power_of_attorney_history")]
    assert changes == ["given", "begun", "ended"]


async def test_S5_one_that_was_taken_back_neither_begins_nor_ends(
    kari: Any, ola: Any, database: Database, told: Any
) -> None:
    await turn(database, BEFORE)
    wanted = {"holder": {"nationalId": ola.number, "name": ola.name}, "areas": ["health-care"]}
    days = {"validFrom": "2026-12-01", "validTo": "2026-12-01"}
    power = (await kari.post("/v1/me/representations", wanted | days)).json()
    await kari.delete(f"/v1/me/representations/{power['id']}")
    await told()
    await turn(database, datetime(2027, 1, 15, tzinfo=UTC))
    assert await told() == ([], [])


async def test_S5_what_an_outage_left_is_made_up_for(kari: Any, ola: Any, database: Database, told: Any) -> None:
    await turn(database, BEFORE)
    wanted = {"holder": {"nationalId": ola.number, "name": ola.name}, "areas": ["health-care"]}
    await kari.post("/v1/me/representations", wanted | {"validFrom": "2026-12-02", "validTo": "2026-12-05"})
    await told()
    await turn(database, datetime(2026, 12, 20, 12, tzinfo=UTC))
    named, [event] = await told()
    assert (len(named), event["active"]) == (1, False), "it is over, and that is what is told"


async def test_S5_a_young_person_is_named_on_the_12th_and_16th_birthday(
    check: Any,
    database: Database,
    told: Any,
    citizen: Any,
    mother: Any,
    register: Any,
    reference: Any,
    rows: Any,
    clock: Any,
) -> None:
    clock.now = datetime(2024, 2, 1, tzinfo=UTC)
    child = citizen(date(2012, 2, 29))
    register.parents[child.number] = [mother.number]
    await check([child.number])
    await told()
    expected = {date(2024, 2, 29): [], date(2028, 2, 29): [False]}
    for day, active in expected.items():
        await turn(database, datetime(day.year, day.month, day.day, 12, tzinfo=UTC) - ONE_DAY)
        assert await told() == ([], [])
        for _ in range(2):
            await turn(database, datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
        named, events = await told()
        assert named == [reference(child.number)]
        assert [event["active"] for event in events] == active
    born = {row["citizen"]: (row["born"], row["next_turn"]) for row in await rows("person")}
    assert born[reference(child.number)] == (None, None), "who has turned 16 has no birth date here"
    assert [row["active"] for row in await rows("parent")] == [False]


async def test_S5_two_workers_tell_it_once(kari: Any, ola: Any, database: Database, told: Any) -> None:
    await turn(database, BEFORE)
    wanted = {"holder": {"nationalId": ola.number, "name": ola.name}, "areas": ["health-care"]}
    await kari.post("/v1/me/representations", wanted | {"validFrom": "2026-12-01", "validTo": "2026-12-31"})
    await told()
    await asyncio.gather(*(turn(database, MIDNIGHT) for _ in range(4)))
    named, events = await told()
    assert (len(named), len(events)) == (1, 1)


async def test_S5_the_worker_sees_to_it(
    kari: Any, ola: Any, settings: Settings, database: Database, clock: Any, rows: Any
) -> None:
    await turn(database, clock.now)
    wanted = {"holder": {"nationalId": ola.number, "name": ola.name}, "areas": ["health-care"]}
    await kari.post("/v1/me/representations", wanted | {"validFrom": "2026-11-23", "validTo": "2026-11-23"})
    clock.go(days=1)
    worker, stop = create_worker(settings, database, LocalBroker(), clock=clock), asyncio.Event()
    running = asyncio.create_task(worker.run(stop))
    try:
        async with asyncio.timeout(60):
            while len(await rows("power_of_attorney_history")) < 2:  # noqa: ASYNC110 - it happens in the database
                await asyncio.sleep(0.02)
    finally:
        stop.set()
        await asyncio.wait_for(running, 60)
