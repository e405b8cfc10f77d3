"""`make rehearse-upgrade`: all replicas of two services are replaced while citizens and practitioners use them.

First those of the release before, on today's schema and beside today's services: each is taken out of the rotation and
then told to end, as Kubernetes does. Then all once more, and now only the replica itself says that it is ending
(DRAIN_SECONDS). A replica is replaced when its successor is ready. Their workers are replaced too.
"""

import asyncio
import os
import tempfile
from collections import Counter
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx

from devkit.servers.process import free_port
from sandbox.choices import citizen_token
from sandbox.wiring import Wiring
from tools.local.processes import NOTHING, Processes
from tools.rehearsal.balancer import LOOKS_EVERY, Balancer, Replicas
from tools.rehearsal.counting import Effects, count_effects
from tools.rehearsal.prescribing import Prescribing
from tools.rehearsal.release import NoHistory, python_path, unpack
from tools.rehearsal.whole import whole_system

REPLICAS: Final = {"prescription-api": 2, "helsetilbud-api": 1}
DRAIN_SECONDS: Final = 5 * LOOKS_EVERY
PAUSE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Outcome:
    effects: Effects
    reads: int
    failed: Counter[str]
    """Requests that were not answered as they should be, by what came instead."""
    waited: Counter[str]
    """Asked again, because a register had not answered a new, cold process in time."""
    replaced: int
    release: str
    """The commit of the release that was replaced; empty where its code is not to be had."""


def host(service: str) -> str:
    return f"{service}.rehearsal"


@dataclass
class Rollout:
    """Replicas of a service behind the balancer, and its worker."""

    running: Processes
    service: str
    replicas: Replicas = field(default_factory=Replicas)
    ended: int = 0

    async def add(self, told: Mapping[str, str] = NOTHING) -> None:
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        own = {"PUBLIC_URL": f"http://{host(self.service)}", "DRAIN_SECONDS": str(DRAIN_SECONDS), "CALL_TIMEOUT": "2"}
        self.running.start(self.service, known_as=address, port=port, told={**own, **told})
        await asyncio.to_thread(self.running.wait_for, f"{address}/health/ready")
        self.replicas.addresses.append(address)

    async def replace(self, *, taken_out_first: bool) -> None:
        for address in list(self.replicas.addresses):
            await self.add()
            if taken_out_first:
                self.replicas.addresses.remove(address)
                await asyncio.sleep(PAUSE)
            await asyncio.to_thread(self.running.end, address)
            self.ended += 1

    async def go_back(self, before: Mapping[str, str]) -> None:
        """To the code before: as many replicas as there shall be, and the worker in place of today's."""
        for _ in range(REPLICAS[self.service]):
            await self.add(before)
        worker = f"{self.service}/worker"
        await asyncio.to_thread(self.running.end, worker)
        self.running.start(worker, told=before)

    async def replace_worker(self) -> None:
        """The next one is ready before the one that works is told to end."""
        worker, port = f"{self.service}/worker", free_port()
        self.running.start(worker, known_as="next", told={"WORKER_PORT": str(port)})
        await asyncio.to_thread(self.running.wait_for, f"http://127.0.0.1:{port}/health/ready")
        await asyncio.to_thread(self.running.end, worker)
        self.running.rename("next", worker)
        self.ended += 1


@dataclass
class Reading:
    """A practitioner who looks at a prescription made before, and a citizen at the feed."""

    http: httpx.AsyncClient
    load: Prescribing
    token: str
    answered: int = 0
    failed: Counter[str] = field(default_factory=Counter)

    async def until(self, stop: asyncio.Event) -> None:
        feed = f"http://{host('helsetilbud-api')}/v1/me/feed"
        while not stop.is_set():
            if self.load.made:
                await self._count("read", self.load.ehr.get(f"/v1/prescriptions/{self.load.made[-1]}"))
            await self._count("feed", self.http.get(feed, headers={"Authorization": f"Bearer {self.token}"}))
            await asyncio.sleep(1 / self.load.per_second)

    async def _count(self, what: str, asking: Awaitable[httpx.Response]) -> None:
        try:
            answer = await asking
        except httpx.TransportError as error:
            self.failed[f"{what}: {error!r}"] += 1
            return
        if answer.is_success:
            self.answered += 1
        else:
            self.failed[f"{what}: {answer.status_code}"] += 1


async def rehearse(wiring: Wiring, running: Processes, place: Path, per_second: float = 10) -> Outcome:
    """In a system that runs; the code of the release before is put in `place`."""
    try:
        release = await asyncio.to_thread(unpack, place)
    except NoHistory:
        release = ""
    before = {"PYTHONPATH": python_path(place)} if release else NOTHING
    rollouts = [Rollout(running, service) for service in REPLICAS]
    try:
        for rollout in rollouts:
            await rollout.go_back(before)
        return await _replace_under_load(wiring, rollouts, release, per_second)
    finally:
        for rollout in rollouts:
            for address in rollout.replicas.addresses:
                await asyncio.to_thread(running.end, address)


async def _replace_under_load(wiring: Wiring, rollouts: list[Rollout], release: str, per_second: float) -> Outcome:
    balancer = Balancer({host(rollout.service): rollout.replicas for rollout in rollouts})
    async with httpx.AsyncClient(timeout=30, transport=balancer) as http:
        load = await Prescribing.begin(http, wiring, per_second, f"http://{host('prescription-api')}", seed=2)
        token = await citizen_token(http, wiring.sandbox_url, load.people[0], "nhn:helsetilbud")
        reading, stop = Reading(http, load, token), asyncio.Event()
        async with asyncio.TaskGroup() as asking:
            asking.create_task(load.until(stop))
            asking.create_task(reading.until(stop))
            try:
                await _replace_all(rollouts, release)
            finally:
                stop.set()
    effects = await count_effects(wiring, load.made)
    failed = load.failed + reading.failed
    return Outcome(effects, reading.answered, failed, load.waited, sum(it.ended for it in rollouts), release)


async def _replace_all(rollouts: list[Rollout], release: str) -> None:
    if release:
        for rollout in rollouts:
            await rollout.replace(taken_out_first=True)
            await rollout.replace_worker()
    for rollout in rollouts:
        await rollout.replace(taken_out_first=False)
    await asyncio.sleep(PAUSE)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="helseverktoy-rehearsal-") as folder:
        place = Path(folder)
        with whole_system(place) as (wiring, running):
            pace = float(os.environ.get("PER_SECOND", "10"))
            outcome = asyncio.run(rehearse(wiring, running, place / "release", pace))
    _tell(outcome)


def _tell(outcome: Outcome) -> None:
    effects = outcome.effects
    print(f"Release before: {outcome.release or 'not in this copy of the repository'}. Replaced: {outcome.replaced}.")
    print(f"{effects.prescriptions} prescriptions and {outcome.reads} reads; failed: {dict(outcome.failed) or 0}")
    print(f"Asked again because a register was slow: {dict(outcome.waited) or 0}")
    print(f"Of the prescriptions' events {effects.lost} lost, {effects.twice} handled twice")
    raise SystemExit(1 if effects.lost or effects.twice or outcome.failed else 0)


if __name__ == "__main__":
    main()
