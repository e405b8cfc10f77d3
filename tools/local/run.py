"""`make run`: the whole system on this machine without containers, from one command.

PORT_BASE=8100        the sandbox's port; the services are on the five after it, the front ends on the two
                      after these, mail on PORT_BASE + 25
RUN_DIR=.run          where the data lives: stopped and started again, nothing is lost
DATABASE_URL=...      a PostgreSQL server to use (an administrator's URL) instead of a private one
BROKER=local          a private RabbitMQ; BROKER=amqp://... one that is there; unset: no broker is needed
"""

import asyncio
import contextlib
import logging
import os
import signal
import time
from collections.abc import Awaitable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import uvloop

from sandbox.app import create_app
from sandbox.clock import MovableClock, PrivateDatabase
from sandbox.seeding import seed
from sandbox.services import FRONT_ENDS, SERVICES
from sandbox.settings import SandboxSettings
from sandbox.system import System, server_for
from sandbox.wiring import Wiring
from shared.answering import OneOfSeveral
from shared.logging import configure_logging, serving
from tools.local.welcome import welcome


class Launcher:
    """Holds what was started, and ends it in the opposite order."""

    def __init__(self, port_base: int, state: Path) -> None:
        self.started_at = time.monotonic()
        self.stop = asyncio.Event()
        self.port_base = port_base
        self.state = state

    async def run(self) -> None:
        with ExitStack() as private_servers:
            database, wiring = await asyncio.to_thread(self._wire, private_servers)
            if not self.stop.is_set():
                await self._serve(wiring, database)

    def _wire(self, private_servers: ExitStack) -> tuple[PrivateDatabase | None, Wiring]:
        broker = self._broker_url(private_servers)
        if admin_url := os.environ.get("DATABASE_URL"):
            return None, Wiring.on(admin_url, self.state, self.port_base, broker)
        database = PrivateDatabase(self.state / "postgres")
        private_servers.callback(database.stop)
        return database, Wiring.on(database.server.admin_url, self.state, self.port_base, broker)

    def _broker_url(self, private_servers: ExitStack) -> str | None:
        broker = os.environ.get("BROKER")
        if broker != "local":
            return broker or None
        from devkit.servers import rabbitmq

        return private_servers.enter_context(rabbitmq.start(self.state / "rabbitmq")).url

    async def _serve(self, wiring: Wiring, database: PrivateDatabase | None) -> None:
        settings = SandboxSettings(port_base=self.port_base, state_directory=self.state / "sandbox")
        sandbox = create_app(settings)
        system = System(wiring)

        async def reset() -> None:
            await system.reset()
            await seed(wiring, settings, datetime.now(UTC))

        sandbox.state.sandbox.reset_hooks.append(reset)
        if database is not None:
            sandbox.state.sandbox.clock = MovableClock(database, stop=system.stop, start=system.start)
        async with sandbox.router.lifespan_context(sandbox):
            await system.prepare()
            await system.start()
            try:
                await self._listen(system, server_for(sandbox, self.port_base), wiring, settings)
            finally:
                await system.stop()

    async def _listen(
        self, system: System, sandbox_server: OneOfSeveral, wiring: Wiring, settings: SandboxSettings
    ) -> None:
        servers = [sandbox_server, *system.servers()]
        names = ["sandbox", *(it.name for it in (*SERVICES, *FRONT_ENDS))]
        serving = [asyncio.create_task(_serve_one(*named)) for named in zip(names, servers, strict=True)]
        try:
            await self._until_started(servers, serving)
            await self._or_stopped(self._first_day(wiring, settings))
            if not self.stop.is_set():
                print(welcome(wiring, time.monotonic() - self.started_at), flush=True)
            await self.stop.wait()
        finally:
            for server in servers:
                server.should_exit = True
            await asyncio.gather(*serving, return_exceptions=True)

    async def _first_day(self, wiring: Wiring, settings: SandboxSettings) -> None:
        """Seeds once: what people have changed since must not be put back by a restart."""
        done = self.state / "seeded"
        if not done.exists():
            await seed(wiring, settings, datetime.now(UTC))
            done.touch()

    async def _until_started(self, servers: list[OneOfSeveral], serving: list[asyncio.Task[None]]) -> None:
        while not all(server.started for server in servers):
            if any(task.done() for task in serving):
                raise SystemExit(f"A port between {self.port_base} and {self.port_base + 7} is taken: set PORT_BASE.")
            await asyncio.sleep(0.02)

    async def _or_stopped(self, work: Awaitable[None]) -> None:
        """A stop does not wait for the work, which is done again at the next start."""
        tasks = [asyncio.ensure_future(work), asyncio.ensure_future(self.stop.wait())]
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        for task in done:
            task.result()


async def _serve_one(name: str, server: OneOfSeveral) -> None:
    """uvicorn ends the process when it cannot listen, without a word to who started it; here its serving just ends."""
    with contextlib.suppress(SystemExit), serving(name):
        await server.serve()


async def _run(port_base: int, state: Path) -> None:
    launcher = Launcher(port_base, state)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, launcher.stop.set)
    await launcher.run()


def main() -> None:
    state = Path(os.environ.get("RUN_DIR", ".run")).absolute()
    state.mkdir(parents=True, exist_ok=True)
    log = (state / "log.jsonl").open("a", encoding="utf-8")
    configure_logging(os.environ.get("LOG_LEVEL", "INFO"), log, service="sandbox")
    logging.captureWarnings(capture=True)
    uvloop.run(_run(int(os.environ.get("PORT_BASE", "8100")), state))


if __name__ == "__main__":
    main()
