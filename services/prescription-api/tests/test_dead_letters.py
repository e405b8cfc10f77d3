"""What could not be handled is seen and replayed here as in every service that consumes."""

import asyncio
from typing import Any

import httpx

from devkit.testing.proofs import ProofKey
from devkit.testing.tokens import DPoPAuth
from shared.messaging.dead_letters import keep


async def test_V4_an_operator_sees_a_dead_letter_and_nobody_else_does(
    client: httpx.AsyncClient, world: Any, clock: Any, database: Any, practitioner: Any
) -> None:
    async with database.driver() as connection:
        await connection.execute("TRUNCATE dead_letter")
        await keep(connection, "not an event", "invalid: document", 1)
    key = ProofKey()
    token = world.helseid.staff_token("nhn:verktoyformidler", "nhn:drift/operate", key.thumbprint)
    found = await client.get("/v1/dead-letters", auth=DPoPAuth(token, key, clock=clock))
    assert [letter["reason"] for letter in found.json()["items"]] == ["invalid: document"]
    refused = await asyncio.gather(client.get("/v1/dead-letters"), client.get("/v1/dead-letters", auth=practitioner()))
    assert [answer.status_code for answer in refused] == [401, 403]
