"""P7, in the worker: reminders and expiry, each once, with whatever is killed or runs twice."""

import asyncio
import random
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from devkit.testing.waiting import until
from prescription_api import due
from prescription_api.due import BATCH, Deadlines
from prescription_api.settings import Settings
from prescription_api.worker import create_worker
from shared.db import Database
from shared.events import ToolOpened
from shared.messaging import Message

EXPIRED = "prescription.prescription-expired.v1"
APPROACHING = "prescription.deadline-approaching.v1"


@pytest.fixture
def deadlines(database: Database, clock: Any) -> Deadlines:
    return Deadlines(database, (7, 1), clock)


@pytest.fixture
def told(rows: Any) -> Callable[[str], Awaitable[list[dict[str, Any]]]]:
    async def read(name: str) -> list[dict[str, Any]]:
        return [row["payload"]["data"] for row in await rows("outbox") if row["name"] == name]

    return read


@pytest.fixture
def many(database: Database) -> Callable[..., Awaitable[None]]:
    """Prescriptions of as many citizens, unopened and with one deadline."""

    async def write(count: int, deadline: datetime) -> None:
        async with database.driver() as connection:
            await connection.execute(
                "INSERT INTO prescription (citizen, prescription_id, tool_id, tool_revision, state, prescriber_hpr,"
                " prescriber_name, organisation, client_id, journal_note, prescribed_at, deadline, changed_at, due_at)"
                " SELECT 'k1-' || n, gen_random_uuid(), gen_random_uuid(), 1, 'active', '1', 'N', '299900452', 'c',"
                " '{}', $2::timestamptz - interval '30 days', $2, $2, $2::timestamptz + interval '1 second'"
                " FROM generate_series(1, $1) n",
                count,
                deadline,
            )

    return write


async def test_P7_an_unopened_prescription_expires_when_its_last_day_is_over(
    prescribe: Any, publish: Any, odd: str, deadlines: Deadlines, clock: Any, rows: Any, told: Any, reference: Any
) -> None:
    tool_id = await publish()
    made = (await prescribe(odd, tool_id, deadline="2026-11-23")).json()
    clock.now = datetime(2026, 11, 23, 22, 59, 59, 999_000, tzinfo=UTC)
    assert await deadlines.handle_batch(clock.now) == 0
    clock.now = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
    assert await deadlines.handle_batch(clock.now) == 1
    [row] = await rows("prescription")
    assert (row["state"], row["version"], row["changed_at"]) == ("expired", 2, clock.now)
    [event] = await told(EXPIRED)
    assert event == {
        "prescriptionId": made["prescriptionId"],
        "citizen": reference(odd),
        "toolId": str(tool_id),
        "version": 2,
        "expiredAt": "2026-11-23T23:00:00.000Z",
    }
    assert await deadlines.handle_batch(clock.now) == 0
    assert (await prescribe(odd, tool_id)).status_code == 201


async def test_P7_what_is_opened_does_not_expire(
    prescribe: Any, publish: Any, odd: str, deadlines: Deadlines, clock: Any, tell: Any, reference: Any, told: Any
) -> None:
    tool_id = await publish()
    made = (await prescribe(odd, tool_id)).json()
    about = {"citizen": reference(odd), "tool_id": tool_id, "prescription_id": made["prescriptionId"]}
    await tell(ToolOpened(**about, acted_by=reference(odd), at=clock.now))
    clock.go(days=200)
    assert await deadlines.handle_batch(clock.now) == 0
    assert await told(EXPIRED) == await told(APPROACHING) == []


async def test_V5_P7_reminders_come_once_each_on_their_days(
    prescribe: Any, publish: Any, odd: str, deadlines: Deadlines, clock: Any, told: Any, rows: Any
) -> None:
    made = (await prescribe(odd, await publish())).json()  # 30 days: until 22 December
    acted = []
    clock.now = datetime(2026, 12, 14, 8, tzinfo=UTC)
    while clock.now < datetime(2026, 12, 24, tzinfo=UTC):
        if await deadlines.handle_batch(clock.now):
            acted.append(clock.now)
        clock.go(hours=1)
    assert acted == [datetime(2026, 12, *at, tzinfo=UTC) for at in ((15, 9), (21, 9), (22, 23))]
    assert len(await told(EXPIRED)) == 1
    reminders = await told(APPROACHING)
    assert [event["daysLeft"] for event in reminders] == [7, 1]
    assert {event["prescriptionId"] for event in reminders} == {made["prescriptionId"]}
    assert reminders[0]["deadline"] == made["deadline"]
    assert (await rows("prescription"))[0]["version"] == 2  # a reminder changes nothing about the prescription


async def test_P7_after_downtime_one_reminder_says_how_long_there_is(
    prescribe: Any, publish: Any, odd: str, deadlines: Deadlines, clock: Any, told: Any
) -> None:
    await prescribe(odd, await publish())
    clock.now = datetime(2026, 12, 22, 12, tzinfo=UTC)
    for _ in range(3):
        await deadlines.handle_batch(clock.now)
    assert [event["daysLeft"] for event in await told(APPROACHING)] == [0]


async def test_P7_after_long_downtime_everything_expires_and_nobody_is_reminded(
    many: Any, deadlines: Deadlines, clock: Any, told: Any, rows: Any
) -> None:
    await many(2 * BATCH + 1, clock.now - timedelta(days=3))
    assert [await deadlines.handle_batch(clock.now) for _ in range(4)] == [BATCH, BATCH, 1, 0]
    assert {row["state"] for row in await rows("prescription")} == {"expired"}
    assert len(await told(EXPIRED)) == 2 * BATCH + 1
    assert await told(APPROACHING) == []


async def test_P7_a_row_of_an_older_version_is_planned_and_expires(
    prescribe: Any, publish: Any, odd: str, deadlines: Deadlines, clock: Any, told: Any, database: Database, rows: Any
) -> None:
    await prescribe(odd, await publish())
    async with database.driver() as connection:
        await connection.execute("UPDATE prescription SET due_at = NULL")
    clock.now = datetime(2026, 12, 22, 22, 59, 59, 500_000, tzinfo=UTC)
    assert await deadlines.handle_batch(clock.now) == 1
    assert await told(APPROACHING) == await told(EXPIRED) == []
    assert (await rows("prescription"))[0]["due_at"] == datetime(2026, 12, 22, 23, tzinfo=UTC)
    clock.go(seconds=1)
    await deadlines.handle_batch(clock.now)
    assert len(await told(EXPIRED)) == 1


async def test_P7_a_row_that_is_being_opened_is_left_alone(
    many: Any, deadlines: Deadlines, clock: Any, database: Database
) -> None:
    await many(3, clock.now - timedelta(days=1))
    async with database.driver_transaction() as connection:
        await connection.execute("UPDATE prescription SET state = 'opened' WHERE citizen = 'k1-2'")
        assert await deadlines.handle_batch(clock.now) == 2
    assert await deadlines.handle_batch(clock.now) == 0


async def test_P7_workers_beside_each_other_expire_each_once(
    many: Any, database: Database, clock: Any, told: Any
) -> None:
    await many(1000, clock.now - timedelta(days=1))
    workers = [Deadlines(database, (), clock) for _ in range(4)]

    async def work(worker: Deadlines) -> None:
        while await worker.handle_batch(clock.now):
            pass

    await asyncio.gather(*map(work, workers))
    events = await told(EXPIRED)
    assert len(events) == len({event["prescriptionId"] for event in events}) == 1000


async def test_P7_killed_in_the_middle_loses_and_doubles_nothing(
    many: Any, deadlines: Deadlines, clock: Any, told: Any, rows: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await many(5, clock.now - timedelta(days=1))
    add_all = due.outbox.add_all

    async def die(*_: Any) -> None:
        raise asyncio.CancelledError

    for step in ("before", "after"):
        with monkeypatch.context() as patched:
            patched.setattr(due.outbox, "add_all", die if step == "before" else _then_die(add_all))
            with pytest.raises(asyncio.CancelledError):
                await deadlines.handle_batch(clock.now)
        assert {row["state"] for row in await rows("prescription")} == {"active"}
        assert await told(EXPIRED) == []
    await deadlines.handle_batch(clock.now)
    assert len(await told(EXPIRED)) == 5


def _then_die(act: Any) -> Any:
    async def act_and_die(*values: Any) -> None:
        await act(*values)
        raise asyncio.CancelledError

    return act_and_die


WORKER = Path(__file__).parent / "expiring_worker.py"


@pytest.mark.timeout(120)
async def test_P7_workers_killed_by_the_system_lose_and_double_nothing(
    many: Any, settings: Settings, told: Any, rows: Any, database: Database, deadlines: Deadlines
) -> None:
    """Processes of their own, two at a time, each ended by SIGKILL somewhere in its work; then one that may finish."""
    count, chance = 800, random.Random(5)  # noqa: S311 - no secret
    await many(count, datetime.now(UTC) - timedelta(days=1))
    # each stops short of its share, so that the four together leave some, however late they are killed
    command = [sys.executable, str(WORKER), settings.database_url.get_secret_value(), "15"]

    async def start() -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(*command)

    async def expired() -> int:
        async with database.driver() as connection:
            found: int = await connection.fetchval("SELECT count(*) FROM prescription WHERE state = 'expired'")
            return found

    for goal in (0, 100):
        pair = await asyncio.gather(start(), start())
        while await expired() <= goal:  # noqa: ASYNC110 - what happens is in another process
            await asyncio.sleep(chance.uniform(0, 0.02))
        for process in pair:
            process.send_signal(signal.SIGKILL)
            assert await process.wait() == -signal.SIGKILL
    assert 100 < await expired() < count, "nothing was cut short"
    while await deadlines.handle_batch(datetime.now(UTC)):
        pass
    events = await told(EXPIRED)
    assert len(events) == len({event["prescriptionId"] for event in events}) == count
    assert {row["state"] for row in await rows("prescription")} == {"expired"}


class Nowhere:
    """A broker that takes nothing."""

    system = "nowhere"

    async def publish(self, messages: list[Message]) -> list[BaseException | None]:
        return [None for _ in messages]

    async def consume(self, *_: Any) -> None:
        await asyncio.Event().wait()

    async def close(self) -> None:
        pass


async def test_P7_K4_the_worker_looks_at_deadlines_and_stops(
    many: Any, settings: Settings, database: Database, clock: Any, rows: Any, world: Any, publish: Any, prescribe: Any
) -> None:
    await many(1, clock.now - timedelta(days=1))
    tool_id, number = await publish(), world.live("17858401267")
    assert (await prescribe(number, tool_id)).status_code == 201
    async with database.driver() as connection:
        await connection.execute("UPDATE tool_copy SET stopped = true")
    quick = settings.model_copy(update={"lifecycle_seconds": 0.05})
    async with httpx.AsyncClient(transport=httpx.MockTransport(world.handle)) as http:
        worker = create_worker(quick, database, Nowhere(), http=http, clock=clock)  # type: ignore[arg-type]
        stop = asyncio.Event()
        running = [asyncio.create_task(job(stop)) for job in worker._jobs]

        async def done() -> bool:
            return sorted(row["state"] for row in await rows("prescription")) == ["expired", "stopped"]

        await until(done)
        stop.set()
        await asyncio.gather(*running)
    assert await done()
