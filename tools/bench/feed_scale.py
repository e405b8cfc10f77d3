"""`make bench-feed`: is the feed as fast for a country as for a town, and how fast are pages put together anew?

FEED_ROWS=20000000 entries are put into a PostgreSQL of its own, of which one citizen has 100,000. The page is read
through the app, in this process: first pages, and pages from deep in the long feed. Then REBUILD_EVENTS=20000 events
are handled, and the pages they made are rebuilt. The folder is gone afterwards.
"""

import asyncio
import json
import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID, uuid4

from devkit.servers import postgres
from helsetilbud_api.citizen import queries
from helsetilbud_api.citizen.handlers import HANDLERS
from helsetilbud_api.citizen.rebuilding.rebuild import rebuild
from helsetilbud_api.citizen.rendering import render_feed_event, render_page
from shared.db import Database
from shared.events import CloudEvent, ToolPrescribed
from shared.messaging.delivery import Dispatcher
from shared.metrics import Metrics
from shared.migrate import migrate
from shared.paging import decode_moment_cursor
from tools.bench.large_server import large_server
from tools.bench.load import Outcome

EACH: Final = 10
LONG: Final = 100_000
BATCH: Final = 1_000_000
PAGES: Final = 3000
DEEP: Final = 500
AIM_MS: Final = 15.0

_INDEXES: Final = ("ix_feed_event_newest", "ix_feed_event_arrival")
# in their order, so that indexes grow at one end
_REFERENCE: Final = "'k1-' || lpad(n::text, 26, '0')"
_COLUMNS: Final = "citizen, feed_event_id, kind, occurred_at, tool_id, prescription_id, prescriber_name, arrival"
_REST: Final = "(SELECT tool_id FROM tool_copy LIMIT 1), gen_random_uuid(), 'Ine Eksempel'"
_FILL: Final = f"""
    INSERT INTO feed_event ({_COLUMNS})
    SELECT {_REFERENCE}, gen_random_uuid(), 'tool-prescribed',
        now() - make_interval(mins => ((n * 7 + entry * 1013) % 500000)::int), {_REST}, entry
    FROM generate_series($1::bigint, $2::bigint - 1) n, generate_series(1, {EACH}) entry
"""  # noqa: S608 - put together from constants
_FILL_LONG: Final = f"""
    INSERT INTO feed_event ({_COLUMNS})
    SELECT 'k1-long', gen_random_uuid(), 'tool-prescribed', now() - make_interval(mins => n), {_REST}, n
    FROM generate_series(1, {LONG}) n
"""  # noqa: S608 - put together from constants
_KEY: Final = "ALTER TABLE feed_event ADD CONSTRAINT pk_feed_event PRIMARY KEY (citizen, feed_event_id)"
_TOOL: Final = """
    INSERT INTO tool_copy (tool_id, sequence, texts) VALUES (gen_random_uuid(), 1, '{"nb": {"name": "Søvntrappa"}}')
"""


async def fill(database: Database, size: int) -> None:
    """Indexes are made when the entries are there; nothing is logged for a crash, because the folder is thrown away."""
    async with database.driver() as connection:
        await connection.execute(_TOOL)
        await connection.execute("ALTER TABLE feed_event SET UNLOGGED")
        await connection.execute("ALTER TABLE feed_event DROP CONSTRAINT pk_feed_event")
        definitions = [
            await connection.fetchval("SELECT indexdef FROM pg_indexes WHERE indexname = $1", name) for name in _INDEXES
        ]
        for name in _INDEXES:
            await connection.execute(f"DROP INDEX {name}")
        for first in range(0, size // EACH, BATCH // EACH):
            await connection.execute(_FILL, first, min(first + BATCH // EACH, size // EACH), timeout=600)
            print(f"  {min((first * EACH) + BATCH, size):,} entries", flush=True)
        await connection.execute(_FILL_LONG)
        for definition in (_KEY, *definitions, "VACUUM (ANALYZE) feed_event"):
            await connection.execute(definition, timeout=900)


async def measure(database: Database, size: int) -> dict[str, Any]:
    chance = Random(1)  # noqa: S311 - repeatable on purpose
    async with database.driver() as connection:
        somebody = await connection.fetch(
            f"SELECT {_REFERENCE} AS citizen FROM unnest($1::bigint[]) n",  # noqa: S608 - put together from constants
            [chance.randrange(size // EACH) for _ in range(PAGES)],
        )
    citizens = [row["citizen"] for row in somebody]
    return {
        "anybody's first page": await _read(database, citizens),
        "first page of the longest": await _read(database, ["k1-long"] * PAGES),
        "pages deep in the longest": await _read_on(database, "k1-long", DEEP),
    }


async def _read(database: Database, citizens: Sequence[str]) -> dict[str, float]:
    latencies, started = [], time.perf_counter()
    for citizen in citizens:
        begun = time.perf_counter()
        await _page(database, citizen, None)
        latencies.append((time.perf_counter() - begun) * 1000)
    return Outcome(time.perf_counter() - started, latencies, {}).percentiles()


async def _read_on(database: Database, citizen: str, pages: int) -> dict[str, float]:
    latencies, cursor, started = [], None, time.perf_counter()
    for _ in range(pages):
        begun = time.perf_counter()
        cursor = await _page(database, citizen, cursor)
        latencies.append((time.perf_counter() - begun) * 1000)
    return Outcome(time.perf_counter() - started, latencies, {}).percentiles()


async def _page(database: Database, citizen: str, cursor: str | None) -> str | None:
    """As the route makes it."""
    async with database.driver() as connection:
        found = await queries.list_feed(connection, citizen, "nb", decode_moment_cursor(cursor), 50)
    answer = render_page(found, 50, "nb", render_feed_event, None)
    following: str | None = json.loads(bytes(answer.body))["nextCursor"]
    return following


async def measure_rebuild(database: Database, count: int) -> dict[str, Any]:
    """Five prescriptions each, handled as they come, and then once more by the rebuild."""
    dispatcher, now = Dispatcher(database, HANDLERS, Metrics()), datetime.now(UTC)
    events = [_prescribed(f"k1-rebuilt{number // 5:017}", now - timedelta(minutes=number)) for number in range(count)]
    started = time.perf_counter()
    for first in range(0, count, 8):
        messages = [CloudEvent.wrap(event, now).to_json() for event in events[first : first + 8]]
        await asyncio.gather(*map(dispatcher.receive, messages))
    handled = time.perf_counter() - started
    done = await rebuild(database)
    return {
        "events": done.events,
        "citizens": done.citizens,
        "rebuiltPerSecond": round(done.rate),
        "handledPerSecond": round(count / handled),
    }


def _prescribed(citizen: str, at: datetime) -> ToolPrescribed:
    return ToolPrescribed(
        prescription_id=uuid4(),
        citizen=citizen,
        tool_id=UUID(int=at.minute),
        tool_revision=1,
        prescriber_name="Ine Eksempel",
        prescriber_profession="LE",
        organisation="299900130",
        organisation_name="Eksempel legesenter",
        prescribed_at=at,
        deadline=at + timedelta(days=30),
    )


async def _run(url: str) -> dict[str, Any]:
    size, count = int(os.environ.get("FEED_ROWS", "20000000")), int(os.environ.get("REBUILD_EVENTS", "20000"))
    await migrate("helsetilbud_api", url)
    database = Database(url, pool_size=10, statement_timeout=900)
    try:
        rebuilt = await measure_rebuild(database, count)
        print(f"  rebuild: {rebuilt}", flush=True)
        began = time.monotonic()
        await fill(database, size)
        print(f"  filled after {time.monotonic() - began:.0f} s", flush=True)
        pages = await measure(database, size)
    finally:
        await database.close()
    worst = max(figures["p99Ms"] for figures in pages.values())
    return {"entries": size, **pages, "p99 at most, ms": AIM_MS, "worst p99, ms": worst, "rebuild": rebuilt}


def main() -> None:
    with large_server("feed") as server:
        url = postgres.create_databases(server.admin_url, {"helsetilbud_api": "scale"})["helsetilbud_api"]
        print(json.dumps(asyncio.run(_run(url)), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
