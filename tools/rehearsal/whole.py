"""A whole system of its own for a rehearsal, a process for each part."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from devkit.servers import postgres, rabbitmq
from sandbox.seeding import seed_from_outside
from sandbox.wiring import Wiring, free_port_base
from tools.local.processes import Processes, processes


@contextmanager
def whole_system(state: Path) -> Iterator[tuple[Wiring, Processes]]:
    """PostgreSQL, RabbitMQ, an API and a worker for each service; the first day's data are there."""
    with ExitStack() as servers:
        database = servers.enter_context(postgres.start(state / "postgres", fast=True))
        broker = servers.enter_context(rabbitmq.start(state / "rabbitmq"))
        wiring = Wiring.on(database.admin_url, state, free_port_base(24100), broker.url)
        asyncio.run(wiring.prepare())
        running = servers.enter_context(processes(wiring, state / "log"))
        asyncio.run(seed_from_outside(wiring))
        yield wiring, running
