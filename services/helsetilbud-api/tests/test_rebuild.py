"""Pages thrown away and put together anew from what is kept, while the service runs (M5)."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from helsetilbud_api.citizen.rebuilding.rebuild import CITIZENS_AT_ONCE, rebuild
from shared.events import NotificationFailed, NotificationSent

TABLES = {
    "consent_copy": "citizen",
    "citizen_tool": "citizen, tool_id",
    "feed_event": "citizen, feed_event_id",
    "feed_head": "citizen",
}


async def pages(rows: Any) -> dict[str, list[dict[str, Any]]]:
    return {table: await rows(f"SELECT * FROM {table} ORDER BY {key}") for table, key in TABLES.items()}  # noqa: S608


@pytest.fixture
def live(others: Any, clock: Any) -> Any:
    """A life with a bit of everything."""

    async def live(citizen: Any) -> None:
        first, second, third, free = (uuid4() for _ in range(4))
        offered = others.published(free)
        open_to_all = offered.tool.model_copy(update={"prescription_required": False})
        await others.tell(offered.model_copy(update={"tool": open_to_all}))
        sent = [others.prescribed(citizen, tool) for tool in (first, second, third)]
        await others.tell(*map(others.published, (first, second, third)), *sent)
        for event, kind, extra in ((sent[0], NotificationSent, {}), (sent[1], NotificationFailed, {"reason": "x"})):
            await others.tell(
                kind(
                    notification_id=uuid4(),
                    citizen=citizen.reference,
                    about=str(event.prescription_id),
                    channel="sms",
                    category="tool",
                    at=clock.go(minutes=1),
                    **extra,
                )
            )
        await citizen.open(first)
        clock.go(minutes=1)
        await citizen.open(first)
        await citizen.add(free)
        await citizen.delete(second)
        await others.tell(others.revoked(sent[1]))
        clock.go(minutes=1)
        await others.tell(others.prescribed(citizen, second), others.expired(sent[0]))
        await others.tell(others.ended(sent[2]), others.stopped(first, 2), others.level(citizen, "basis", 1))
        await others.tell(others.level(citizen, "full", 2))
        await citizen.delete(free)
        await citizen.add(free)

    return live


@pytest.mark.parametrize(
    "damage",
    [
        "SELECT",
        "DELETE FROM citizen_tool; DELETE FROM consent_copy",
        "UPDATE citizen_tool SET state = 'removed', origin = 'self-added', ended_prescriptions = '{}'",
        "UPDATE feed_event SET notified = '[]', kind = 'tool-ended'; UPDATE consent_copy SET level = 'none'",
        "INSERT INTO feed_event (citizen, feed_event_id) SELECT citizen, gen_random_uuid() FROM feed_event",
    ],
)
async def test_M5_pages_are_as_before_after_a_rebuild_whatever_had_become_of_them(
    kari: Any, ola: Any, live: Any, database: Any, rows: Any, damage: str
) -> None:
    for citizen in (kari, ola):
        await live(citizen)
    before, kept = await pages(rows), await rows("SELECT * FROM citizen_event ORDER BY number")
    seen = await kari.tools(), await kari.feed()
    async with database.driver() as connection:
        await connection.execute(damage)
    done = await rebuild(database)
    assert await pages(rows) == before
    assert (await kari.tools(), await kari.feed()) == seen
    assert await rows("SELECT * FROM citizen_event ORDER BY number") == kept
    assert (done.citizens, done.events) == (2, len(kept))


async def test_M5_a_feed_that_was_lost_comes_back_and_is_numbered_on(
    kari: Any, live: Any, database: Any, rows: Any
) -> None:
    await live(kari)
    before = await kari.feed()
    [head] = await rows("SELECT last FROM feed_head")
    async with database.driver() as connection:
        await connection.execute("DELETE FROM feed_event")
    await rebuild(database)
    assert await kari.feed() == before
    numbers = [row["arrival"] for row in await rows("SELECT arrival FROM feed_event ORDER BY arrival")]
    assert len(set(numbers)) == len(before)
    assert numbers[1] > head["last"]  # what was told to many at once is kept with its number
    assert await rows("SELECT last FROM feed_head") == [{"last": max(numbers)}]


async def test_M5_what_happens_during_a_rebuild_is_in_it(
    caller: Any, others: Any, database: Any, rows: Any, tool: UUID, clock: Any
) -> None:
    """Prescribing, opening, deleting and stopping go on; afterwards another rebuild changes nothing."""
    citizens = [caller(date(1950 + n % 50, 1 + n % 12, 1 + n // 50)) for n in range(CITIZENS_AT_ONCE + 10)]
    assert len({citizen.reference for citizen in citizens}) == len(citizens)
    await others.tell(*(others.level(citizen, "full", 1) for citizen in citizens))
    await others.tell(others.published(tool), *(others.prescribed(citizen, tool) for citizen in citizens))
    running = True

    async def rebuild_again_and_again() -> int:
        rounds = 0
        while running:
            await rebuild(database)
            rounds += 1
        return rounds

    async def use(citizen: Any) -> None:
        other = uuid4()
        await others.tell(others.published(other), event := others.prescribed(citizen, other))
        assert (await citizen.open(tool)).status_code == 200
        assert (await citizen.delete(tool)).status_code == 204
        await others.tell(others.prescribed(citizen, tool), others.revoked(event))

    rebuilding = asyncio.create_task(rebuild_again_and_again())
    for start in range(0, len(citizens), 6):
        clock.go(minutes=1)
        await asyncio.gather(*(use(citizen) for citizen in citizens[start : start + 6]))
    await others.tell(others.stopped(tool))
    running = False
    assert await rebuilding > 1
    before = await pages(rows)
    states = await rows("SELECT state, count(*) AS n FROM citizen_tool GROUP BY state")
    assert {row["state"]: row["n"] for row in states} == {"active": len(citizens), "revoked": len(citizens)}
    assert len(before["feed_event"]) == 7 * len(citizens)
    await rebuild(database)
    assert await pages(rows) == before


async def test_M5_the_whole_catalogue_is_read_anew(database: Any, rows: Any, clock: Any) -> None:
    async with database.driver() as connection:
        await connection.execute("UPDATE feed_position SET cursor = 'x'")
    await rebuild(database)
    found = await rows("SELECT feed, cursor FROM feed_position ORDER BY feed")
    assert found == [{"feed": "consents", "cursor": "x"}, {"feed": "tools", "cursor": None}]


async def test_a_request_that_is_refused_leaves_nothing_to_rebuild_from(kari: Any, prescribed: Any, rows: Any) -> None:
    assert (await kari.open(uuid4())).status_code == 404
    assert (await kari.delete(uuid4())).status_code == 404
    assert (await kari.add(prescribed.tool_id)).status_code == 409
    assert [row["name"] for row in await rows("SELECT name FROM citizen_event")] == ["prescription.tool-prescribed.v1"]
