"""`make rehearse-broker`: three RabbitMQ nodes, prescriptions all the while, and nodes killed one after the other.

First a node that follows, then the one that leads the busiest queue. Each is killed (SIGKILL) and started again.
"""

import asyncio
import os
import tempfile
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from devkit.servers import rabbitmq_cluster
from devkit.servers.rabbitmq_cluster import Cluster
from sandbox.wiring import Wiring
from tools.access.running import running
from tools.rehearsal.counting import Effects, count_effects, count_repeated
from tools.rehearsal.prescribing import Prescribing

QUEUE: Final = "helsetilbud-api"
PAUSE: Final = 1.5  # seconds of load before and after a node is away


@dataclass(frozen=True, slots=True)
class Outcome:
    effects: Effects
    killed: list[int]
    leaders: list[int]
    """Of the busiest queue: at first, and after each kill."""
    copies: int
    """How many nodes have that queue."""
    repeated: int
    """Messages that came once more and were known by the inbox."""
    failed: Counter[str]
    """Requests that were not answered as they should be, by what came instead."""


async def rehearse(state: Path, per_second: float = 20.0) -> Outcome:
    """In `state` everything is kept, logs too."""
    with ExitStack() as servers:
        cluster = servers.enter_context(await asyncio.to_thread(rabbitmq_cluster.start, state / "cluster"))
        system = running(state / "system", broker=cluster.url)
        wiring = await asyncio.to_thread(system.__enter__)
        servers.push(system.__exit__)
        return await _lose_nodes(wiring, cluster, per_second)


async def _lose_nodes(wiring: Wiring, cluster: Cluster, per_second: float) -> Outcome:
    async with httpx.AsyncClient(timeout=30) as http:
        load, stop = await Prescribing.begin(http, wiring, per_second), asyncio.Event()
        async with asyncio.TaskGroup() as running:
            running.create_task(load.until(stop))
            try:
                killed, leaders = await _kill_one_after_the_other(cluster)
            finally:
                stop.set()
    effects = await count_effects(wiring, load.made)
    copies = await asyncio.to_thread(cluster.members_of, QUEUE)
    return Outcome(effects, killed, leaders, len(copies), await count_repeated(wiring), load.failed)


async def _kill_one_after_the_other(cluster: Cluster) -> tuple[list[int], list[int]]:
    """The numbers of the nodes that were killed, and of those that led."""
    leader = await asyncio.to_thread(cluster.leader_of, QUEUE)
    follower = next(number for number in range(len(cluster.nodes)) if number != leader)
    killed, leaders = [], [leader]
    for choose in (lambda: follower, lambda: cluster.leader_of(QUEUE)):
        number = await asyncio.to_thread(choose)
        await asyncio.sleep(PAUSE)
        await asyncio.to_thread(cluster.kill, number)
        await asyncio.sleep(PAUSE)
        leaders.append(await asyncio.to_thread(cluster.leader_of, QUEUE))
        await asyncio.to_thread(cluster.start_again, number)
        killed.append(number)
    await asyncio.sleep(PAUSE)
    return killed, leaders


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="helseverktoy-rehearsal-") as folder:
        outcome = asyncio.run(rehearse(Path(folder), float(os.environ.get("PER_SECOND", "20"))))
    effects = outcome.effects
    print(f"Each queue is on {outcome.copies} nodes. Killed and started again: {outcome.killed}.")
    print(f"The queue {QUEUE} was led by {outcome.leaders}.")
    print(
        f"{outcome.repeated} messages came once more and were known by the inbox; failed: {dict(outcome.failed) or 0}."
    )
    print(f"{effects.prescriptions} prescriptions, {effects.lost} lost, {effects.twice} handled twice")
    raise SystemExit(1 if effects.lost or effects.twice or outcome.failed else 0)


if __name__ == "__main__":
    main()
