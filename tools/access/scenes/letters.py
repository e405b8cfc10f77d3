"""Messages that a service could not handle: put where it keeps them."""

import asyncio
from collections.abc import Callable
from uuid import NAMESPACE_URL, uuid5

import asyncpg

from shared.messaging.dead_letters import keep
from tools.access.world import Ask, World


def _waiting(world: World, service: str) -> str:
    payload = f"no event {next(world.counter)}"
    asyncio.run(_put(world.wiring.database_urls[service], payload))
    return str(uuid5(NAMESPACE_URL, payload))


async def _put(url: str, payload: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await keep(connection, payload, "an invented reason", 5)
    finally:
        await connection.close()


def scenes(service: str) -> dict[str, Callable[[World], Ask]]:
    def one(world: World) -> Ask:
        return Ask(path={"letterId": _waiting(world, service)})

    return {"replayDeadLetter": one, "discardDeadLetter": one}
