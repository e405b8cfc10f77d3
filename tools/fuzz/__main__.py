"""`make fuzz`: the whole system as processes of their own, called by everybody until FUZZ_CALLS=50000 calls were made.

One round is about as many: everything as every kind of caller, few of whom come far, and, much more, each operation as
whom it is for. FUZZ_SECONDS=3600 is the longest that anything is begun; FUZZ_SEED=1 is what the calls are made from,
one more in each round, and for each kind of caller another. FUZZ_PATHS=^/v1/campaigns calls no others.
A failure stops nothing: all are told at the end.
"""

import asyncio
import itertools
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from threading import Lock

from devkit.servers import postgres, rabbitmq
from sandbox.seeding import seed_from_outside
from sandbox.services import SERVICES, Service
from sandbox.wiring import Wiring, free_port_base
from tools.access.operations import operations
from tools.access.scenes.examples import CONTRACTS
from tools.fuzz.passes import EDGES, RIGHTFUL, Outcome, Pass, run
from tools.fuzz.summary import line, summary
from tools.local.callers import KINDS
from tools.local.processes import processes

AT_ONCE = 2


def passes(seed: int) -> Iterator[Pass]:
    """Without end. The edges of the contract are the same in each round, and tried in the first."""
    yield from (Pass(service, RIGHTFUL, seed, examples=1, phases=EDGES) for service in SERVICES)
    for number in itertools.count(seed):
        for seed_of_its_own, caller in enumerate(KINDS, number * 100):
            yield from (Pass(service, caller, seed_of_its_own, examples=8) for service in SERVICES)
        yield from (Pass(service, RIGHTFUL, number, examples=100) for service in SERVICES)


class Fuzzing:
    """Passes side by side until there were enough calls, or it is too late to begin another."""

    def __init__(self, wiring: Wiring, folder: Path, calls: int, seconds: float, seed: int, paths: str = "") -> None:
        self._wiring, self._folder, self._paths = wiring, folder, paths
        self._calls, self._deadline = calls, time.monotonic() + seconds
        self._waiting, self._lock = passes(seed), Lock()
        self._outcomes: list[Outcome] = []

    def run(self) -> list[Outcome]:
        with ThreadPoolExecutor(AT_ONCE) as threads:
            for running in [threads.submit(self._go_on) for _ in range(AT_ONCE)]:
                running.result()
        return self._outcomes

    def _go_on(self) -> None:
        while (made := self._next()) is not None:
            outcome = run(replace(made, paths=self._paths), self._wiring, self._folder)
            print(line(outcome), flush=True)
            self._outcomes.append(outcome)

    def _next(self) -> Pass | None:
        with self._lock:
            enough = sum(it.calls.total() for it in self._outcomes) >= self._calls
            late = time.monotonic() > self._deadline
            return None if enough or late else next(it for it in self._waiting if _has(it.service, self._paths))


def _has(service: Service, paths: str) -> bool:
    return any(it.service == service and re.search(paths, it.path) for it in operations(CONTRACTS))


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="helseverktoy-fuzz-") as folder, ExitStack() as servers:
        state = Path(folder)
        database = servers.enter_context(postgres.start(state / "postgres", fast=True))
        broker = servers.enter_context(rabbitmq.start(state / "rabbitmq"))
        wiring = Wiring.on(database.admin_url, state, free_port_base(22100), broker.url)
        asyncio.run(wiring.prepare())
        servers.enter_context(processes(wiring, state / "log"))
        asyncio.run(seed_from_outside(wiring))
        calls, seconds = int(os.environ.get("FUZZ_CALLS", "50000")), float(os.environ.get("FUZZ_SECONDS", "3600"))
        began = time.monotonic()
        seed, paths = int(os.environ.get("FUZZ_SEED", "1")), os.environ.get("FUZZ_PATHS", "")
        outcomes = Fuzzing(wiring, state, calls, seconds, seed, paths).run()
    print(summary(outcomes, time.monotonic() - began))
    sys.exit(not all(outcome.passed for outcome in outcomes))


if __name__ == "__main__":
    main()
