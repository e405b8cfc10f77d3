"""`make interop`. Words after it (`python -m tools.interop fhirpy orval`) try these clients only, and write no page.

Starts a sandbox of its own with a RabbitMQ. Exits non-zero when something breaks by our fault, and says what.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import httpx

from devkit.servers import rabbitmq
from sandbox.wiring import free_port_base
from tools.contracts.node import ROOT
from tools.interop.catalogue import Client, named
from tools.interop.installing import ALL, Place, install
from tools.interop.running import WORKS, Tried, use
from tools.interop.table import page
from tools.interop.world import World, events
from tools.local.demo import system

_PAGE: Final = ROOT / "docs/integrators/interoperability.md"
_AT_ONCE: Final = 2


@asynccontextmanager
async def prepared_system() -> AsyncIterator[dict[Client, dict[str, str]]]:
    """What each program is told of a system that lasts as long."""
    with tempfile.TemporaryDirectory(prefix="helseverktoy-interop-") as folder:
        server = await asyncio.to_thread(rabbitmq.start, Path(folder) / "rabbitmq")
        os.environ["BROKER"] = server.url
        try:
            async with system(free_port_base(22500)) as port_base, httpx.AsyncClient(timeout=60) as http:
                event = Path(folder) / "event.json"
                world = World(http, port_base, event)
                async with events(server.url, event):
                    await world.prepare()
                yield {client: world.told(client) for client in named([])}
        finally:
            await asyncio.to_thread(server.stop)


async def _try(client: Client, place: Place, told: dict[str, str], turn: asyncio.Semaphore) -> Tried:
    async with turn:
        started = time.monotonic()
        tried = await use(client, place, told)
    print(f"{client.name} {tried.version}: {_in_words(tried)} ({time.monotonic() - started:.0f} s)", flush=True)
    return tried


def _in_words(tried: Tried) -> str:
    works = sum(step.result == WORKS for step in tried.steps)
    return f"{works} of {len(tried.steps)} steps work, {len(tried.ours)} break by our fault"


async def run(words: list[str]) -> bool:
    """Whether nothing breaks by our fault."""
    started = time.monotonic()
    place = await asyncio.to_thread(install, ALL)
    turn = asyncio.Semaphore(_AT_ONCE)
    async with prepared_system() as told:
        tried = await asyncio.gather(*(_try(client, place, told[client], turn) for client in named(words)))
    if not words:
        _PAGE.parent.mkdir(exist_ok=True)
        _PAGE.write_text(page(tried), "utf-8")
        print(f"\nWritten: {_PAGE.relative_to(ROOT)}")
    for one in tried:
        for step in one.steps if words else one.ours:
            if step.result != WORKS:
                print(f"{step.result}: {one.client.name} {step.did}: {step.failure} {step.sentence}".rstrip())
    good = not any(one.ours for one in tried)
    print(
        f"\n{'Nothing breaks by our fault' if good else 'Something of ours is to be mended'}, "
        f"in {time.monotonic() - started:.0f} s."
    )
    return good


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(run(sys.argv[1:])) else 1)
