"""After the citizen reference key was replaced everybody has the level, the powers and the log that they had."""

from typing import Any

import asyncpg
import httpx
import pytest
from pydantic import SecretStr

from consent_api.app import create_app
from devkit.testing.national_ids import population
from shared.citizenref import CitizenReferences
from shared.rekeying import rekey, tables

KEYS = {"k1": SecretStr("x" * 32), "k2": SecretStr("y" * 32)}
NEW = CitizenReferences.from_secrets(KEYS, "k2")
MANY = population(30, seed=4)  # more than are put into the log one by one
PAGES = ("/v1/me/consent", "/v1/me/representations", "/v1/me/access-log", "/v1/me/consent/history")


@pytest.mark.rule("I1")
async def test_S1_S2_S5_everything_is_as_before(
    settings: Any, database: Any, outside: Any, clock: Any, kari: Any, ola: Any, check: Any, ask: Any, system: Any
) -> None:
    for number, citizen in enumerate((kari, ola)):
        await citizen.set_level("full", '"0"')
        assert (await citizen.get("/v1/me/consent")).json()["level"] == "full", number
    body = {"holder": {"nationalId": ola.number, "name": ola.name}, "areas": ["health-care"], "validTo": "2026-12-31"}
    assert (await kari.post("/v1/me/representations", body, {"Idempotency-Key": "once"})).status_code == 201
    asked = {"nationalIds": [kari.number, *MANY], "area": "health-care"}
    standing = (await ask(asked["nationalIds"])).json()
    before = [(await citizen.get(page)).json() for citizen in (kari, ola) for page in PAGES]

    connection = await asyncpg.connect(database.url)
    moved = {table: count async for table, count in rekey(connection, NEW)}
    for table in await tables(connection):
        left = await connection.fetchval(f"SELECT count(*) FROM {table.name} t WHERE t::text ~ 'k1-[a-z2-7]{{26}}'")  # noqa: S608
        assert (table.name, left) == (table.name, 0)
    await connection.close()

    assert {"consent", "consent_history", "person", "known_citizen", "power_of_attorney"} <= moved.keys()
    both = settings.model_copy(update={"citizen_reference_keys": KEYS, "citizen_reference_key_id": "k2"})
    rekeyed = create_app(both, http=httpx.AsyncClient(transport=outside), clock=clock)
    async with (
        rekeyed.router.lifespan_context(rekeyed),
        httpx.AsyncClient(transport=httpx.ASGITransport(rekeyed), base_url="https://consent.test") as client,
    ):
        kari.client = ola.client = client
        assert [(await citizen.get(page)).json() for citizen in (kari, ola) for page in PAGES] == before
        path = "/v1/digitally-active"
        assert (await client.post(path, json=asked, headers=system("POST", path))).json() == standing
        assert (await kari.set_level("basis", '"1"')).status_code == 200
        level = (await client.post(path, json=asked, headers=system("POST", path))).json()["items"][0]["reasons"]
        assert level == ["consent-basis-only"]
