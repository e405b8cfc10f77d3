"""K4 and P6: what becomes of prescriptions when their tool is stopped, and when it is reinstated."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from prescription_api import stopping
from prescription_api.due import Deadlines
from prescription_api.stopping import Stops
from shared.db import Database
from shared.events import ToolOpened, ToolReinstated, ToolRemoved, ToolStopped


@pytest.fixture
def stops(database: Database, clock: Any) -> Stops:
    return Stops(database, clock)


@pytest.fixture
def stop_tool(tell: Any, stops: Stops, clock: Any) -> Any:
    async def act(tool_id: UUID, sequence: int) -> None:
        await tell(ToolStopped(tool_id=tool_id, sequence=sequence, revision=1, category="security"))
        clock.go(minutes=1)
        await stops.follow(clock.now)

    return act


@pytest.fixture
def reinstate(tell: Any, stops: Stops, clock: Any, make_tool: Any) -> Any:
    async def act(tool_id: UUID, sequence: int) -> None:
        await tell(ToolReinstated(tool_id=tool_id, sequence=sequence, revision=1, tool=make_tool(tool_id)))
        clock.go(minutes=1)
        await stops.follow(clock.now)

    return act


@pytest.fixture
def states(rows: Any) -> Any:
    async def read() -> list[str]:
        return [row["state"] for row in sorted(await rows("prescription"), key=lambda row: row["prescribed_at"])]

    return read


async def test_K4_live_prescriptions_stop_with_their_tool_and_others_do_not(
    prescribe: Any, publish: Any, odd: str, stop_tool: Any, states: Any, rows: Any, clock: Any
) -> None:
    tool_id, other = await publish(), await publish(sequence=2)
    await prescribe(odd, tool_id)
    clock.go(minutes=1)
    await prescribe(odd, other)
    await stop_tool(tool_id, 3)
    assert await states() == ["stopped", "active"]
    stopped = next(row for row in await rows("prescription") if row["state"] == "stopped")
    assert (stopped["version"], stopped["changed_at"]) == (2, clock.now)


async def test_K4_P6_a_reinstated_tool_is_the_citizens_again(
    prescribe: Any, publish: Any, odd: str, stop_tool: Any, reinstate: Any, states: Any
) -> None:
    tool_id = await publish()
    first = (await prescribe(odd, tool_id)).json()
    await stop_tool(tool_id, 2)
    assert (await prescribe(odd, tool_id)).json()["code"] == "tool-stopped"
    await reinstate(tool_id, 3)
    assert await states() == ["active"]
    refused = (await prescribe(odd, tool_id)).json()
    assert (refused["code"], refused["since"]) == ("already-prescribed", first["prescribedAt"])


async def test_K4_what_was_opened_is_opened_again_whenever_that_is_heard_of(
    prescribe: Any, publish: Any, odd: str, stop_tool: Any, reinstate: Any, states: Any, tell: Any, reference: Any,
    clock: Any,
) -> None:  # fmt: skip
    tool_id = await publish()
    made = (await prescribe(odd, tool_id)).json()
    await stop_tool(tool_id, 2)
    about = {"citizen": reference(odd), "tool_id": tool_id, "prescription_id": made["prescriptionId"]}
    await tell(ToolOpened(**about, acted_by=reference(odd), at=clock.now - timedelta(hours=1)))
    assert await states() == ["stopped"]
    await reinstate(tool_id, 3)
    assert await states() == ["opened"]


async def test_P10_what_the_citizen_removed_while_it_was_stopped_stays_removed(
    prescribe: Any, publish: Any, odd: str, stop_tool: Any, reinstate: Any, states: Any, tell: Any, reference: Any,
    clock: Any,
) -> None:  # fmt: skip
    tool_id = await publish()
    made = (await prescribe(odd, tool_id)).json()
    await stop_tool(tool_id, 2)
    about = {"citizen": reference(odd), "tool_id": tool_id, "prescription_id": made["prescriptionId"]}
    await tell(ToolRemoved(**about, acted_by=reference(odd), at=clock.now))
    await reinstate(tool_id, 3)
    assert await states() == ["removed"]
    assert (await prescribe(odd, tool_id)).status_code == 201


async def test_P6_a_newer_prescription_keeps_the_older_one_stopped_for_good(
    prescribe: Any, publish: Any, odd: str, stop_tool: Any, reinstate: Any, states: Any, tell: Any, make_tool: Any,
    reference: Any, clock: Any, stops: Stops,
) -> None:  # fmt: skip
    tool_id = await publish()
    await prescribe(odd, tool_id)
    await stop_tool(tool_id, 2)
    # prescribed anew in the moment between the reinstatement and what follows from it
    await tell(ToolReinstated(tool_id=tool_id, sequence=3, revision=1, tool=make_tool(tool_id)))
    newer = (await prescribe(odd, tool_id)).json()
    await stops.follow(clock.now)
    assert await states() == ["stopped", "active"]
    about = {"citizen": reference(odd), "tool_id": tool_id, "prescription_id": newer["prescriptionId"]}
    await tell(ToolRemoved(**about, acted_by=reference(odd), at=clock.now))
    await stop_tool(tool_id, 4)
    await reinstate(tool_id, 5)
    assert await states() == ["stopped", "removed"]


async def test_P7_a_deadline_that_passed_while_the_tool_was_stopped_has_passed(
    prescribe: Any, publish: Any, odd: str, stop_tool: Any, reinstate: Any, states: Any, clock: Any, database: Database
) -> None:
    tool_id, deadlines = await publish(), Deadlines(database, (7, 1), clock)
    await prescribe(odd, tool_id, deadline="2026-11-25")
    await stop_tool(tool_id, 2)
    clock.go(days=10)
    assert await deadlines.handle_batch(clock.now) == 0
    assert await states() == ["stopped"]
    await reinstate(tool_id, 3)
    await deadlines.handle_batch(clock.now)
    assert await states() == ["expired"]


async def test_K4_one_written_at_the_very_moment_of_the_stop_is_stopped_too(
    prescribe: Any, publish: Any, odd: str, stop_tool: Any, stops: Stops, states: Any, database: Database, clock: Any
) -> None:
    """Its transaction began before the stop and ended after everything else had been stopped."""
    tool_id = await publish()
    await prescribe(odd, tool_id)
    async with database.driver_transaction() as connection:
        await fill(connection, tool_id, 1)
        await stop_tool(tool_id, 2)
    assert sorted(await states()) == ["active", "stopped"]
    await stops.follow(clock.now)
    assert await states() == ["stopped", "stopped"]


async def fill(connection: Any, tool_id: UUID, count: int) -> None:
    await connection.execute(
        "INSERT INTO prescription (citizen, prescription_id, tool_id, tool_revision, state, prescriber_hpr,"
        " prescriber_name, organisation, client_id, journal_note, prescribed_at, deadline, changed_at)"
        " SELECT 'k1-' || md5(n::text), gen_random_uuid(), $1, 1, 'active', '1', 'N', '299900452', 'c', '{}',"
        " now(), now() + interval '1 year', now() FROM generate_series(1, $2) n",
        tool_id,
        count,
    )


async def test_K4_many_are_stopped_in_batches_while_new_ones_are_refused(
    prescribe: Any, publish: Any, odd: str, stops: Stops, tell: Any, rows: Any, database: Database, clock: Any,
    monkeypatch: pytest.MonkeyPatch, make_tool: Any,
) -> None:  # fmt: skip
    """Killed after two batches; then two workers beside each other; and the same back again."""
    monkeypatch.setattr(stopping, "BATCH", 50)
    tool_id = await publish()
    async with database.driver() as connection:
        await fill(connection, tool_id, 1000)

    async def count() -> int:
        return sum(row["state"] == "stopped" for row in await rows("prescription"))

    async def cut_short() -> None:
        batch, batches = stops._batch, 0

        async def batch_twice(*asked: Any) -> Any:
            nonlocal batches
            batches += 1
            if batches > 2:
                raise asyncio.CancelledError
            return await batch(*asked)

        with monkeypatch.context() as patched:
            patched.setattr(stops, "_batch", batch_twice)
            with pytest.raises(asyncio.CancelledError):
                await stops.follow(clock.now)

    await tell(ToolStopped(tool_id=tool_id, sequence=2, revision=1, category="security"))
    assert (await prescribe(odd, tool_id)).json()["code"] == "tool-stopped"
    await cut_short()
    assert await count() == 100
    await asyncio.gather(stops.follow(clock.now), Stops(database, clock).follow(clock.now))
    assert await count() == 1000
    assert {row["version"] for row in await rows("prescription")} == {2}

    await tell(ToolReinstated(tool_id=tool_id, sequence=3, revision=1, tool=make_tool(tool_id)))
    await cut_short()
    assert await count() == 900
    await asyncio.gather(stops.follow(clock.now), Stops(database, clock).follow(clock.now))
    assert await count() == 0
    assert {row["version"] for row in await rows("prescription")} == {3}


async def test_K4_a_stop_waits_for_no_batch(
    publish: Any, database: Database, tell: Any, stops: Stops, clock: Any, rows: Any
) -> None:
    """While a batch of prescriptions is being brought back, and holds them, the tool is stopped again."""
    tool_id = await publish()
    async with database.driver() as connection:
        await fill(connection, tool_id, 10)
    await tell(ToolStopped(tool_id=tool_id, sequence=2, revision=1, category="security"))
    await stops.follow(clock.now)
    async with database.driver_transaction() as connection:
        await connection.execute("UPDATE tool_copy SET stopped = false, sequence = 3")
    async with database.session() as session:
        names = {"tool_id": tool_id, "after": "", "count": 10, "now": clock.now}
        assert (await session.execute(text(stopping._BRING_BACK).bindparams(*stopping._TYPES), names)).all()
        await asyncio.wait_for(
            tell(ToolStopped(tool_id=tool_id, sequence=4, revision=1, category="security")), timeout=60
        )
    assert {row["state"] for row in await rows("prescription")} == {"active"}
    await stops.follow(clock.now)
    assert {row["state"] for row in await rows("prescription")} == {"stopped"}


async def test_K4_nothing_is_looked_through_again_when_all_is_done(
    publish: Any, prescribe: Any, odd: str, stop_tool: Any, reinstate: Any, stops: Stops, clock: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    tool_id = await publish()
    await prescribe(odd, tool_id)
    await stop_tool(tool_id, 2)
    await reinstate(tool_id, 3)
    asked: list[str] = []

    async def go_through(sql: str, *_: Any) -> None:
        asked.append(sql)

    monkeypatch.setattr(stops, "_go_through", go_through)
    await stops.follow(clock.now)
    assert asked == []
