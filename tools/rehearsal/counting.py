"""What came of prescriptions, counted in the databases of those who were told of them."""

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import asyncpg
import httpx

from sandbox.services import SERVICES
from sandbox.wiring import Wiring

PATIENCE: Final = 180.0  # seconds, for what waits to arrive

_EFFECTS: Final = {
    "helsetilbud-api": """
        SELECT prescription_id::text AS id, count(*) FROM feed_event
        WHERE kind = 'tool-prescribed' AND prescription_id = ANY($1::text[]::uuid[]) GROUP BY 1
    """,
    "notification-service": "SELECT about AS id, count(*) FROM notification WHERE about = ANY($1::text[]) GROUP BY 1",
}
_REPEATED: Final = re.compile(r'^events_handled_total\{[^}]*outcome="repeated"\} (\S+)$', re.MULTILINE)
_UNFINISHED: Final = """
    SELECT (SELECT count(*) FROM outbox WHERE sent_at IS NULL) + (SELECT count(*) FROM dead_letter)
"""


@dataclass(frozen=True, slots=True)
class Effects:
    """Of the prescriptions that were answered: how many had no effect at a consumer, and how many had it twice."""

    prescriptions: int
    lost: int
    twice: int


async def count_effects(wiring: Wiring, made: Sequence[str], patience: float = PATIENCE) -> Effects:
    """Waits for every prescription to arrive everywhere and for every outbox to be empty, and counts then."""
    deadline = time.monotonic() + patience
    while True:
        found = [await _found(wiring, service, made) for service in _EFFECTS]
        lost = sum(len(made) - len(each) for each in found)
        if (lost == 0 and await _finished(wiring)) or time.monotonic() > deadline:
            break
        await asyncio.sleep(0.2)
    twice = sum(count > 1 for each in found for count in each.values())
    return Effects(len(made), lost, twice)


async def _found(wiring: Wiring, service: str, made: Sequence[str]) -> dict[str, int]:
    connection = await asyncpg.connect(wiring.database_urls[service])
    try:
        return {row["id"]: row["count"] for row in await connection.fetch(_EFFECTS[service], list(made))}
    finally:
        await connection.close()


async def _finished(wiring: Wiring) -> bool:
    """Whether nothing waits to be sent, and nothing was given up."""
    for service in SERVICES:
        connection = await asyncpg.connect(wiring.database_urls[service.name])
        try:
            if await connection.fetchval(_UNFINISHED):
                return False
        finally:
            await connection.close()
    return True


async def count_repeated(wiring: Wiring) -> int:
    """Messages that handlers had handled before, of all services since they started."""
    async with httpx.AsyncClient() as http:
        texts = [(await http.get(f"{wiring.address(service)}/metrics")).text for service in SERVICES]
    return sum(int(float(count)) for text in texts for count in _REPEATED.findall(text))
