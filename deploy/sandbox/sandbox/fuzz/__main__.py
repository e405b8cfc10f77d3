"""`make fuzz`: the whole system as processes of their own, called by everybody until FUZZ_CALLS=50000 calls were made.

FUZZ_SECONDS=3600 is the longest it goes on; FUZZ_SEED=1 is what the calls are made from.
"""

import asyncio
import itertools
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from sandbox.callers import KINDS
from sandbox.fuzz.passes import RIGHTFUL, Outcome, Pass, run
from sandbox.processes import processes
from sandbox.seeding import seed_from_outside
from sandbox.services import SERVICES
from sandbox.wiring import Wiring, free_port_base
from shared.private_servers import postgres, rabbitmq

AT_ONCE = 2


def passes(seed: int) -> Iterator[Pass]:
    """Without end. In each round first everything as every kind of caller, few of whom come far; then, for longer, each
    operation as whom it is for. schemathesis uses all the time that it is given.
    """
    for number in itertools.count(seed):
        for caller in KINDS:
            for service in SERVICES:
                yield Pass(service, caller, number, examples=1, seconds=8)
        for service in SERVICES:
            yield Pass(service, RIGHTFUL, number, examples=25, seconds=120)


def fuzz(wiring: Wiring, folder: Path, calls: int, seconds: float) -> list[Outcome]:
    deadline, made, waiting = time.monotonic() + seconds, 0, passes(int(os.environ.get("FUZZ_SEED", "1")))
    outcomes: list[Outcome] = []
    with ThreadPoolExecutor(AT_ONCE) as threads:
        while made < calls and time.monotonic() < deadline:
            batch = list(itertools.islice(waiting, AT_ONCE))
            for outcome in threads.map(lambda it: run(it, wiring, folder), batch):
                _show(outcome)
                outcomes.append(outcome)
                made += outcome.calls.total()
    return outcomes


def _show(outcome: Outcome) -> None:
    statuses = " ".join(f"{status}:{count}" for status, count in sorted(outcome.calls.items()))
    said = "nothing found" if outcome.passed else outcome.report
    print(f"{outcome.made.service.name:22} {outcome.made.caller:24} {outcome.calls.total():6} {statuses}  {said}")


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
        outcomes = fuzz(wiring, state, calls, seconds)
    failed = sum(not outcome.passed for outcome in outcomes)
    print(f"{sum(it.calls.total() for it in outcomes)} calls in {len(outcomes)} runs, {failed} of them with failures")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
