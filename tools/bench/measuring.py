"""What is measured, and against what."""

import asyncio
import itertools
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx

from sandbox.choices import citizen_token
from sandbox.services import SERVICES
from sandbox.wiring import Wiring
from tools.bench import broker
from tools.bench.catalogue import fill_catalogue, searches
from tools.bench.crowd import Signer, gather_crowd, give_phones, prescriptions
from tools.bench.feed_lag import FeedWatch
from tools.bench.load import Outcome, Request, closed_loop, open_loop
from tools.bench.mailing import Mailing
from tools.bench.stopping import StopWatch
from tools.bench.stored import fill_prescriptions
from tools.bench.storm import Storm
from tools.bench.streams import STREAMS, StreamWatch
from tools.local.processes import Processes

CONNECTIONS = 16
# Signed beforehand; more than any of these answers in the time of one measurement on this kind of machine
SIGNED_PER_SECOND = 1500
CROWD = 12_000
PACE = 50.0
# Tools beside those of the sandbox, while reads are measured
CATALOGUE = 5000
# Searches before those that count: each of ten connections prepares its statements once
WARM_UP = 200
STOPS = 100
RECIPIENTS = int(os.environ.get("BENCH_RECIPIENTS", "30000"))
PER_MINUTE = int(os.environ.get("BENCH_PER_MINUTE", "2400"))
PACED = int(os.environ.get("BENCH_PACED", "5000"))
NOTIFICATIONS = int(os.environ.get("BENCH_NOTIFICATIONS", "10000"))
# Prescriptions before those that are measured
FEW = 10_000
STORED = int(os.environ.get("BENCH_STORED", "5000000"))
_UNSENT = "SELECT count(*) FROM outbox WHERE sent_at IS NULL"


class Bench:
    """Closed loops at 16 connections, floor and ours in turn; medians over the rounds."""

    def __init__(self, wiring: Wiring, running: Processes, floor_database: str) -> None:
        self._wiring = wiring
        self._running = running
        self._floor_database = floor_database
        self._floor_url = f"http://127.0.0.1:{wiring.port_base + 50}"
        self._urls = {service.name: wiring.address(service) for service in SERVICES}
        self._seconds = float(os.environ.get("BENCH_SECONDS", "4"))
        self._rounds = int(os.environ.get("BENCH_ROUNDS", "3"))
        self._results: dict[str, Any] = {}

    async def run(self) -> dict[str, Any]:
        async with self._floors(), httpx.AsyncClient(timeout=30) as http:
            self._http = http
            wanted = os.environ.get("BENCH_ONLY", "").split()
            self._crowd = await gather_crowd(self._wiring, max(RECIPIENTS, CROWD) if "campaign" in wanted else CROWD)
            self._tools = await self._open_tools()
            self._fresh = itertools.product(self._tools[12:], self._parts())
            parts = {
                "reads": self._reads,
                "active": self._digitally_active,
                "prescribing": self._prescribing,
                "feed": self._commit_to_feed,
                "stopping": self._stop_to_refusal,
                "streams": self._commit_to_stream,
            }
            long_ones = {"campaign": self._campaign, "storm": self._storm, "stored": self._stored}
            for name in wanted or parts:
                await (parts | long_ones)[name]()
        self._results["broker floor"] = await broker.publish_and_consume(
            self._wiring.broker_url or "", 5000, b"x" * 1200
        )
        return {
            "seconds": self._seconds,
            "rounds": self._rounds,
            "connections": CONNECTIONS,
            "processors": os.cpu_count(),
            "results": self._results,
        }

    @asynccontextmanager
    async def _floors(self) -> AsyncIterator[None]:
        async with httpx.AsyncClient() as http:
            keys = await http.get(f"{self._wiring.sandbox_url}/jwks")
        environment = os.environ | {"DATABASE_URL": self._floor_database, "KEYS": keys.text}
        port = self._floor_url.rsplit(":", 1)[1]
        options = ["--factory", "tools.bench.floors:create_app", "--port", port, "--log-level", "warning"]
        command = [sys.executable, "-m", "uvicorn", *options, "--no-access-log"]
        floors = await asyncio.to_thread(subprocess.Popen, command, env=environment)
        try:
            await asyncio.to_thread(self._running.wait_for, f"{self._floor_url}/plain")
            yield
        finally:
            floors.terminate()
            await asyncio.to_thread(floors.wait, 30)

    async def _open_tools(self) -> list[str]:
        """Tools that any physician may prescribe."""
        answer = await self._http.get(f"{self._urls['catalog-api']}/v1/tools", params={"limit": "200"})
        return [tool["toolId"] for tool in answer.json()["items"] if tool["prescribable"] and await self._is_free(tool)]

    async def _is_free(self, tool: dict[str, Any]) -> bool:
        answer = await self._http.get(f"{self._urls['catalog-api']}/v1/tools/{tool['toolId']}")
        found = answer.json()
        return not found["requiredAuthorisations"] and not found["prescriberOrganisations"] and found["national"]

    # one line of the report each

    async def _reads(self) -> None:
        """Against FastAPI answering a small model."""
        plain = self._same(self._floor_url, "/plain", {})
        catalog = self._urls["catalog-api"]
        await fill_catalogue(self._wiring.database_urls["catalog-api"], CATALOGUE, datetime.now(UTC))
        await self._against("list tools", plain, self._same(catalog, "/v1/tools", {}))
        await self._search()
        await self._against("one tool", plain, self._same(catalog, f"/v1/tools/{self._tools[0]}", {}))
        token = await citizen_token(self._http, self._wiring.sandbox_url, self._crowd[0], "nhn:helsetilbud")
        await self._fill_feed(self._crowd[0])
        headers = {"Authorization": f"Bearer {token}"}
        await self._against("feed page", plain, self._same(self._urls["helsetilbud-api"], "/v1/me/feed", headers))

    async def _search(self) -> None:
        """Queries that nobody has asked before, at a pace; and FastAPI alone at the same pace, for how still it is."""
        count = int(PACE * max(self._seconds * 2, 8))
        queries = searches(count + WARM_UP)
        await open_loop(self._urls["catalog-api"], queries[count:], per_second=PACE)
        floor = itertools.repeat(Request.make("GET", "/plain", {}), count)
        least = await open_loop(self._floor_url, floor, per_second=PACE)
        mine = await open_loop(self._urls["catalog-api"], queries[:count], per_second=PACE)
        for name, outcome in (("FastAPI alone at 50/s", least), ("search at 50/s", mine)):
            self._results[name] = outcome.figures() | {"unexpected": outcome.unexpected}
            print(f"  {name}: {json.dumps(self._results[name])}", flush=True)

    async def _fill_feed(self, number: str) -> None:
        """So that the page has something on it."""
        signer = await self._prescriber()
        base = self._urls["prescription-api"]
        for tool in self._tools[1:11]:
            request = next(prescriptions(signer, base, tool, [number]))
            await closed_loop(base, [request], connections=1, seconds=5, expected=201)
        await asyncio.sleep(2)

    async def _digitally_active(self) -> None:
        """Against FastAPI with token and proof verified; the ids of proofs are stored on our side only. A thousand are
        asked about in one call at a time: two at once have no processor left for whoever asks.
        """
        base = self._urls["consent-api"]
        signer = Signer(self._wiring.sandbox_url)
        await signer.log_in("nhn:samtykke", "nhn:helsenorge.eksternapi/helsenorgeaktivsjekken", hpr_number=None)
        floor = Signer(self._wiring.sandbox_url)
        await floor.log_in("nhn:samtykke", "nhn:helsenorge.eksternapi/helsenorgeaktivsjekken", hpr_number=None)
        for count, signed in ((1, SIGNED_PER_SECOND), (1000, 100)):
            body = {"nationalIds": self._crowd[:count], "area": "health-care"}
            await self._against(
                f"digitally active, {count}",
                self._signed(self._floor_url, "/verified", floor, body, signed),
                self._signed(base, "/v1/digitally-active", signer, body, signed),
                connections=CONNECTIONS if count == 1 else 1,
            )

    async def _prescribing(self) -> None:
        """Against token and proof verified and one transaction of two rows; first the API alone, then everything."""
        written, prescribe = await self._prescribed()
        self._stop_workers()
        await self._against("prescribe", written, prescribe, expected=(201, 201))
        await self._drain()
        await self._against("prescribe, with all consumers at work", written, prescribe, expected=(201, 201))
        await self._settle()

    async def _stored(self) -> None:
        """The API alone, with a few prescriptions stored and with a country's."""
        self._stop_workers()
        ratios = []
        for count in (FEW, STORED):
            filled = await fill_prescriptions(self._wiring.database_urls["prescription-api"], count)
            print(f"  filled: {filled}", flush=True)
            # tokens do not last as long as that
            written, prescribe = await self._prescribed()
            name = f"prescribe, {count:,} stored"
            await self._against(name, written, prescribe, expected=(201, 201))
            ratios.append(self._results[name]["ratio"])
        self._results["prescribe, many stored against few"] = {"ofRatio": round(ratios[1] / ratios[0], 3)}

    async def _prescribed(self) -> "tuple[Prepare, Prepare]":
        """The floor, and prescriptions to people who have not had that tool before."""
        base = self._urls["prescription-api"]
        signer, floor = await self._prescriber(), await self._prescriber()
        body = {"patient": {"nationalId": self._crowd[0]}, "toolId": self._tools[0]}

        def prescribe() -> tuple[str, Callable[[], Iterable[Request]]]:
            tool, numbers = next(self._fresh)
            return base, lambda: list(prescriptions(signer, base, tool, numbers))

        return self._signed(self._floor_url, "/written", floor, body, SIGNED_PER_SECOND), prescribe

    def _parts(self) -> list[list[str]]:
        """Of the crowd, each enough for one measurement of prescribing."""
        size = int(SIGNED_PER_SECOND * self._seconds)
        return [self._crowd[start : start + size] for start in range(0, len(self._crowd), size)]

    def _stop_workers(self) -> None:
        for service in SERVICES:
            self._running.kill(f"{service.name}/worker")

    async def _drain(self) -> None:
        """The workers come back to a heap of events: how fast it goes down to the feed."""
        connection = await asyncpg.connect(self._wiring.database_urls["prescription-api"])
        unsent = await connection.fetchval("SELECT count(*) FROM outbox WHERE sent_at IS NULL")
        await connection.close()
        for service in SERVICES:
            self._running.start(f"{service.name}/worker")
        started = time.perf_counter()
        await self._settle()
        took = time.perf_counter() - started
        self._results["backlog to feed and notifications"] = {
            "events": unsent,
            "seconds": round(took, 1),
            "eventsPerSecond": round(unsent / took, 1),
        }

    async def _settle(self) -> None:
        """Until every prescription is in the feed and nothing is left to send."""
        prescribed = await asyncpg.connect(self._wiring.database_urls["prescription-api"])
        feed = await asyncpg.connect(self._wiring.database_urls["helsetilbud-api"])
        try:
            wanted = await prescribed.fetchval("SELECT count(*) FROM prescription")
            deadline = time.monotonic() + 300
            while await feed.fetchval("SELECT count(*) FROM citizen_tool") < wanted:
                if time.monotonic() > deadline:
                    raise TimeoutError("the feed does not catch up")
                await asyncio.sleep(0.2)
        finally:
            await prescribed.close()
            await feed.close()
        for service in SERVICES:
            await self._until_sent(service.name)

    async def _until_sent(self, service: str) -> None:
        connection = await asyncpg.connect(self._wiring.database_urls[service])
        try:
            while await connection.fetchval(_UNSENT):  # noqa: ASYNC110 - another process is waited for
                await asyncio.sleep(0.2)
        finally:
            await connection.close()

    async def _commit_to_feed(self) -> None:
        base, signer = self._urls["prescription-api"], await self._prescriber()
        watch, stop = FeedWatch(self._wiring), asyncio.Event()
        watching = asyncio.create_task(watch.watch(stop))
        count = int(PACE * max(self._seconds * 2, 8))
        outcome = await open_loop(
            base,
            prescriptions(signer, base, self._tools[11], self._crowd[-count:]),
            per_second=PACE,
            expected=201,
        )
        await asyncio.sleep(2)
        stop.set()
        await watching
        self._results["prescribe at 50/s"] = outcome.figures() | {"unexpected": outcome.unexpected}
        self._results["commit to feed at 50/s"] = await watch.figures()

    async def _commit_to_stream(self) -> None:
        base, signer, watch = self._urls["prescription-api"], await self._prescriber(), FeedWatch(self._wiring)
        streams = StreamWatch(self._http, self._wiring.sandbox_url, self._urls["helsetilbud-api"], watch)
        before = self._running.memory("helsetilbud-api")
        took = await streams.open(self._crowd[:STREAMS])
        count = int(PACE * max(self._seconds * 2, 8))
        requests = prescriptions(signer, base, self._tools[11], self._crowd[:count])
        outcome = await open_loop(base, requests, per_second=PACE, expected=201)
        await asyncio.sleep(2)
        self._results[f"commit to {STREAMS} open streams at 50/s"] = await watch.figures() | {
            "openAtTheEnd": streams.open_now,
            "secondsToOpen": round(took, 2),
            "megabytesBefore": before,
            "megabytesWithAll": self._running.memory("helsetilbud-api"),
            "unexpected": outcome.unexpected,
        }
        await streams.close()

    async def _stop_to_refusal(self) -> None:
        watch = StopWatch(self._http, self._wiring)
        await watch.begin(self._crowd[-1], self._tools[10])
        took = [await watch.stop_once() for _ in range(STOPS)]
        for place, where in enumerate(("prescription-api", "helsetilbud-api")):
            outcome = Outcome(0, [pair[place] * 1000 for pair in took], {})
            figures = outcome.percentiles() | {"stops": STOPS}
            self._results[f"stop to refusal in {where}"] = figures

    async def _campaign(self) -> None:
        """As fast as it goes, with a pause on the way; then at the pace that is set; and one that must not go."""
        mailing = Mailing(self._http, self._wiring, await self._phones(RECIPIENTS))
        self._tell("campaign, unlimited", await mailing.send("unlimited", pausing=True))
        self._tell("campaign with a dead link", await mailing.send_with_dead_link())
        name = f"campaign at {PER_MINUTE} a minute"
        self._tell(name, await mailing.send_at_pace("paced", PER_MINUTE, PACED))

    async def _storm(self) -> None:
        storm = Storm(self._http, self._wiring, self._running, await self._phones(NOTIFICATIONS))
        self._tell("notifications in a storm", await storm.run())

    async def _phones(self, count: int) -> dict[str, str]:
        """Of so many of the crowd."""
        return dict(itertools.islice((await give_phones(self._wiring, self._crowd)).items(), count))

    # how it is measured

    def _tell(self, name: str, figures: dict[str, Any]) -> None:
        self._results[name] = figures
        print(f"  {name}: {json.dumps(figures)}", flush=True)

    async def _prescriber(self) -> Signer:
        signer = Signer(self._wiring.sandbox_url)
        await signer.log_in("nhn:verktoyformidler", "nhn:verktoyformidler/prescribe")
        return signer

    def _same(self, base: str, path: str, headers: dict[str, str]) -> "Prepare":
        request = Request.make("GET", path, headers)
        return lambda: (base, lambda: itertools.repeat(request))

    def _signed(self, base: str, path: str, signer: Signer, body: dict[str, Any], per_second: int) -> "Prepare":
        def prepare() -> tuple[str, Callable[[], Iterable[Request]]]:
            count = int(per_second * self._seconds)
            return base, lambda: [signer.request(base, path, body) for _ in range(count)]

        return prepare

    async def _against(
        self,
        name: str,
        floor: "Prepare",
        ours: "Prepare",
        *,
        connections: int = CONNECTIONS,
        expected: tuple[int, int] = (200, 200),
    ) -> None:
        """Floor and ours in turn, so that a machine that slows down slows both."""
        rounds = []
        for _ in range(self._rounds):
            least = await self._measure(floor, connections, expected[0])
            mine = await self._measure(ours, connections, expected[1])
            rounds.append((least, mine))
        middle = sorted(rounds, key=lambda pair: pair[1].per_second)[len(rounds) // 2]
        self._results[name] = middle[1].figures() | {
            "floorRequestsPerSecond": round(statistics.median(least.per_second for least, _ in rounds), 1),
            "ratio": round(statistics.median(mine.per_second / least.per_second for least, mine in rounds), 3),
            "unexpected": middle[1].unexpected,
        }
        print(f"  {name}: {json.dumps(self._results[name])}", flush=True)

    async def _measure(self, prepare: "Prepare", connections: int, expected: int) -> Outcome:
        base, make = prepare()
        return await closed_loop(base, make(), connections=connections, seconds=self._seconds, expected=expected)


Prepare = Callable[[], tuple[str, Callable[[], Iterable[Request]]]]
