"""`make bench`. BENCH_SECONDS=4 is the length of one measurement, BENCH_ROUNDS=3 how often each is done,
BENCH_ONLY="reads active prescribing feed stopping streams" which of them.

Others are long, and done only when BENCH_ONLY names them: `campaign`, to BENCH_RECIPIENTS=30000 as fast as it goes, and
to BENCH_PACED=5000 of them at BENCH_PER_MINUTE=2400; `storm`, BENCH_NOTIFICATIONS=10000 with a failing gateway and a
worker that is killed; `stored`, prescribing where BENCH_STORED=5000000 prescriptions are stored already.
"""

import asyncio
import json
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

from devkit.servers import postgres, rabbitmq
from sandbox.seeding import seed_from_outside
from sandbox.wiring import Wiring
from tools.bench.measuring import Bench
from tools.bench.report import print_report
from tools.local.processes import processes

RESULTS = Path("bench-results.json")


def main() -> None:
    port_base = int(os.environ.get("PORT_BASE", "8100")) + 1000
    with tempfile.TemporaryDirectory(prefix="helseverktoy-bench-") as folder, ExitStack() as servers:
        state = Path(folder)
        # as in operation: every commit is on disk before it counts
        database = servers.enter_context(postgres.start(state / "postgres"))
        broker = servers.enter_context(rabbitmq.start(state / "rabbitmq"))
        floor = postgres.create_databases(database.admin_url, {"floor": "floor"})["floor"]
        wiring = Wiring.on(database.admin_url, state, port_base, broker.url)
        asyncio.run(wiring.prepare())
        with processes(wiring, state / "log") as running:
            asyncio.run(seed_from_outside(wiring))
            bench = Bench(wiring, running, floor)
            results = asyncio.run(bench.run())
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    print_report(results)


if __name__ == "__main__":
    main()
