"""`make bench-scale`: does finding out who is digitally active cost the same for a country as for a town?

Invented citizens are loaded into a PostgreSQL of its own, ten thousand into one database and SCALE=6000000 into
another, and the check is measured in the two by turns, so that a machine that slows down slows both. One citizen in six
is a child with two parents; one grown-up in thirty has given a power of attorney. The folder is gone afterwards.
"""

import asyncio
import json
import os
import resource
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any, Final, TypeAlias
from uuid import UUID

import asyncpg

from consent_api.app import create_app
from consent_api.areas import Level
from consent_api.loading import load, load_persons
from consent_api.persons.models import PersonCopy
from consent_api.settings import Settings
from devkit.servers import postgres
from devkit.testing.national_ids import born_on
from shared.app import settled
from shared.auth import Machine
from shared.citizenref import CitizenReferences
from shared.db import Database
from shared.migrate import migrate
from shared.nationalid import NationalId
from tools.bench.large_server import large_server
from tools.bench.load import Outcome

SMALL: Final = 10_000
BATCH: Final = 500_000
DAYS: Final = 36_525
CALLS: Final = {1: 3000, 1000: 500}
ROUNDS: Final = 5
CALLER: Final = Machine("299900001", None, "bench", frozenset())
LEVELS: Final[tuple[Level, ...]] = ("full", "full", "full", "full", "full", "full", "full", "basis", "none", "none")
Check: TypeAlias = Callable[..., Awaitable[Any]]
Percentiles: TypeAlias = dict[str, dict[str, float]]
KEY: Final = "a key for invented people, 32 bytes"


class Country:
    """Loads citizens batch by batch, in the order of their references, so that indexes grow at one end."""

    def __init__(self, database: Database, size: int, now: datetime) -> None:
        self._database = database
        self._now = now
        self._chance = Random(1)  # noqa: S311 - repeatable on purpose
        self._references = CitizenReferences({"k1": KEY.encode()}, "k1")
        self._grown_up: list[str] = []
        per_day = -(-size // DAYS)
        days = (now.date() - timedelta(days=n + 1) for n in range(DAYS))
        self.numbers = [number for day in days for number in islice(born_on(day), per_day)]
        self._chance.shuffle(self.numbers)
        del self.numbers[size:]

    async def load(self) -> None:
        for start in range(0, len(self.numbers), BATCH):
            numbers = self.numbers[start : start + BATCH]
            await self._load(sorted(self._person(number) for number in numbers))
            print(f"  {start + len(numbers):,} citizens after {time.monotonic() - STARTED:.0f} s", flush=True)
        await self._settle()

    async def _settle(self) -> None:
        """What a server does by itself in the hours after, and what is done once after taking over so many."""
        async with self._database.driver() as connection:
            for table in ("consent", "consent_history", "person", "parent", "power_of_attorney"):
                await connection.execute(f"VACUUM (ANALYZE) {table}")
            await connection.execute("VACUUM (FULL, ANALYZE) known_citizen")

    def _person(self, number: str) -> tuple[str, date]:
        parsed = NationalId.parse(number, allow_synthetic=True)
        return self._references.of(parsed), parsed.birth_date

    async def _load(self, people: list[tuple[str, date]]) -> None:
        today = self._now.date()
        copies = [PersonCopy.of(citizen, "living", False, born, today, self._now) for citizen, born in people]
        self._grown_up += [copy.citizen for copy in copies if copy.born is None]
        await load(self._database, ((it.citizen, self._chance.choice(LEVELS)) for it in copies), self._now)
        await load_persons(self._database, copies, self._parents(copies))
        async with self._database.driver() as connection:
            await connection.copy_records_to_table("power_of_attorney", records=self._powers(copies))

    def _parents(self, copies: Sequence[PersonCopy]) -> Iterator[tuple[str, str]]:
        for copy in copies:
            if copy.born:
                yield from ((copy.citizen, parent) for parent in {self._somebody(), self._somebody()})

    def _powers(self, copies: Sequence[PersonCopy]) -> Iterator[tuple[Any, ...]]:
        today, last = self._now.date(), date(2099, 12, 31)
        for copy in copies:
            holder = self._somebody()
            if copy.born is None and self._chance.random() < 1 / 30 and holder != copy.citizen:
                power = (UUID(int=self._chance.getrandbits(128)), 1, ["health-care"], False, today, last)
                yield (copy.citizen, holder, *power, "Giver", "Holder", self._now, None)

    def _somebody(self) -> str:
        return self._chance.choice(self._grown_up)


class Measuring:
    """The use case with its database, without HTTP: what grows with the number of citizens is below it."""

    def __init__(self, url: str, now: datetime) -> None:
        self._settings = Settings.model_validate(
            {
                "database_url": url,
                "issuer": "https://nobody.test",
                "citizen_issuer": "https://nobody.test",
                "person_register_url": "https://nobody.test",
                "allow_synthetic": True,
                "citizen_reference_keys": {"k1": KEY},
                "citizen_reference_key_id": "k1",
            }
        )
        self._now = now
        self._chance = Random(2)  # noqa: S311 - repeatable on purpose

    async def measure(self, numbers: Sequence[str]) -> Percentiles:
        """Latency by how many are asked about at once; each call about others."""
        app = settled(create_app(self._settings))
        async with app.router.lifespan_context(app):
            check: Check = app.state.active_check.check
            return {f"{count} at once": await self._measure(check, numbers, count) for count in CALLS}

    async def _measure(self, check: Check, numbers: Sequence[str], count: int) -> dict[str, float]:
        latencies, started = [], time.perf_counter()
        for _ in range(CALLS[count] + CALLS[count] // 5):
            asked = self._chance.sample(numbers, count)
            begun = time.perf_counter()
            await check(CALLER, asked, "health-care", self._now)
            latencies.append((time.perf_counter() - begun) * 1000)
        return Outcome(time.perf_counter() - started, latencies[CALLS[count] // 5 :], {}).percentiles()


async def measure(urls: Mapping[str, str], size: int) -> dict[str, Any]:
    """`urls` of the databases of the town and of the country."""
    now = datetime.now(UTC)
    _, town = await _populate(urls["town"], SMALL, now)
    seconds, country = await _populate(urls["country"], size, now)
    small, large = Measuring(urls["town"], now), Measuring(urls["country"], now)
    rounds = []
    for number in range(ROUNDS + 1):
        rounds.append((await small.measure(town), await large.measure(country)))
        print(f"  round {number}: {json.dumps(rounds[-1])}", flush=True)
    # the first is for the server's memory
    figures = [_medians([pair[place] for pair in rounds[1:]]) for place in (0, 1)]
    return {
        f"{SMALL:,}": figures[0],
        f"{size:,}": figures[1],
        "p99 against the town's, at most 1.2": {
            kind: round(figures[1][kind]["p99Ms"] / figures[0][kind]["p99Ms"], 2) for kind in figures[0]
        },
        "inventing and loading, s": round(seconds),
        "citizens a second": round(size / seconds),
        "MB on disk": await _disk(urls["country"]),
        "MB of memory, loader": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


async def _populate(url: str, size: int, now: datetime) -> tuple[float, list[str]]:
    """How long it took, and the numbers of those who live there."""
    begun = time.monotonic()
    database = Database(url, pool_size=2, statement_timeout=600)
    country = Country(database, size, now)
    await country.load()
    await database.close()
    return time.monotonic() - begun, country.numbers


def _medians(rounds: Sequence[Percentiles]) -> Percentiles:
    kinds = rounds[0]
    return {
        kind: {name: round(statistics.median(it[kind][name] for it in rounds), 2) for name in kinds[kind]}
        for kind in kinds
    }


async def _disk(url: str) -> dict[str, int]:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(
        "SELECT relname, pg_total_relation_size(oid) / 1000000 AS mb FROM pg_class"
        " WHERE relkind = 'r' AND pg_total_relation_size(oid) > 10000000 ORDER BY 2 DESC"
    )
    whole = await connection.fetchval("SELECT pg_database_size(current_database()) / 1000000")
    await connection.close()
    return {"altogether": whole} | {row["relname"]: row["mb"] for row in rows}


STARTED: Final = time.monotonic()


def main() -> None:
    size = int(os.environ.get("SCALE", "6000000"))
    with large_server("scale") as server:
        urls = postgres.create_databases(server.admin_url, {"town": "scale", "country": "scale"})
        for url in urls.values():
            asyncio.run(migrate("consent_api", url))
        print(json.dumps(asyncio.run(measure(urls, size)), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
