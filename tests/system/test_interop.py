"""Three clients that nobody here wrote, used on the running system; `make interop` uses them all."""

import asyncio

import httpx
import pytest

from sandbox.wiring import Wiring
from tools.interop.catalogue import CLIENTS, QUICK
from tools.interop.installing import Place, install
from tools.interop.running import WORKS, use
from tools.interop.world import World, events
from tools.local.processes import Processes

pytestmark = pytest.mark.system
NAMES = [client.name for client in CLIENTS if client.package in QUICK]


@pytest.fixture(scope="module")
async def place() -> Place:
    """Installed from a lock of their own, in seconds."""
    return await asyncio.to_thread(install, "quick")


@pytest.fixture(scope="module")
async def world(system: Processes, wiring: Wiring, tmp_path_factory: pytest.TempPathFactory) -> World:
    event = tmp_path_factory.mktemp("interop") / "event.json"
    async with httpx.AsyncClient(timeout=30) as http:
        world = World(http, wiring.port_base, event, "more-sami-letters")
        async with events(str(wiring.broker_url), event):
            await world.prepare()
        return world


@pytest.mark.parametrize("name", NAMES)
async def test_P9_M3_a_client_of_others_breaks_by_no_fault_of_ours(name: str, place: Place, world: World) -> None:
    client = next(client for client in CLIENTS if client.name == name)
    tried = await use(client, place, world.told(client))
    assert [f"{step.did}: {step.failure}" for step in tried.ours] == []
    assert sum(step.result == WORKS for step in tried.steps) > len(tried.steps) / 2


async def test_a_fault_of_ours_is_told_as_ours(place: Place, world: World) -> None:
    """The same program, told that the patient's Tasks are more than there are."""
    client = next(client for client in CLIENTS if client.program == "fhirpy_reads.py")
    tried = await use(client, place, world.told(client) | {"TASKS": "1000"})
    assert any("different" in step.failure for step in tried.ours), tried.steps
