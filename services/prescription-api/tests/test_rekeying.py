"""After the citizen reference key was replaced everybody has what they had, and what comes late reaches it."""

from typing import Any

import asyncpg
import httpx
import pytest
from pydantic import SecretStr

from prescription_api.app import create_app
from prescription_api.worker import create_worker
from shared.citizenref import CitizenReferences
from shared.events import ToolOpened
from shared.events.envelope import CloudEvent
from shared.messaging.local import LocalBroker
from shared.rekeying import rekey, tables

KEYS = {"k1": SecretStr("x" * 32), "k2": SecretStr("y" * 32)}
BOTH = {"citizen_reference_keys": KEYS, "citizen_reference_key_id": "k2"}
NEW = CitizenReferences.from_secrets(KEYS, "k2")


async def move(url: str) -> dict[str, int]:
    connection = await asyncpg.connect(url)
    try:
        moved = {table: count async for table, count in rekey(connection, NEW)}
        for table in await tables(connection):
            left = await connection.fetchval(f"SELECT count(*) FROM {table.name} t WHERE t::text ~ 'k1-[a-z2-7]{{26}}'")  # noqa: S608
            assert (table.name, left) == (table.name, 0)
        return moved
    finally:
        await connection.close()


@pytest.mark.rule("I1")
async def test_P6_P13_everything_is_as_before_and_late_events_reach_it(
    settings: Any, database: Any, world: Any, clock: Any, prescribe: Any, publish: Any, odd: str, client: Any,
    citizen: Any, practitioner: Any, reference: Any, app: Any,
) -> None:  # fmt: skip
    tool_id = await publish()
    made = (await prescribe(odd, tool_id)).json()
    opened = ToolOpened(
        citizen=reference(odd),
        tool_id=tool_id,
        prescription_id=made["prescriptionId"],
        acted_by=reference(odd),
        at=clock.now,
    )
    late = CloudEvent.wrap(opened, clock.now).to_json()
    log = (await client.get("/v1/me/access-log", auth=citizen(odd))).json()["items"]
    assert "k1-" in late

    moved = await move(database.url)

    assert {"prescription", "outbox"} <= {table.partition("_20")[0] for table in moved}
    both = settings.model_copy(update=BOTH)
    http = httpx.AsyncClient(transport=httpx.MockTransport(world.handle))
    rekeyed = create_app(both.model_copy(update={"answer_within": 60.0}), http=http, clock=clock)
    async with (
        rekeyed.router.lifespan_context(rekeyed),
        httpx.AsyncClient(transport=httpx.ASGITransport(rekeyed), base_url="https://prescription.test") as after,
    ):
        assert (await after.get("/v1/me/access-log", auth=citizen(odd))).json()["items"] == log
        body = {"patient": {"nationalId": odd}, "toolId": str(tool_id)}
        again = await after.post("/v1/prescriptions", json=body, auth=practitioner())
        assert (again.status_code, again.json()["prescriptionId"]) == (409, made["prescriptionId"])
        worker = create_worker(both, rekeyed.state.database, LocalBroker(), http=http, clock=clock)
        await worker.dispatcher.receive(late)
        await worker.dispatcher.receive(late.encode() if isinstance(late, str) else late)
        found = await after.get(f"/v1/prescriptions/{made['prescriptionId']}", auth=practitioner())
        assert found.json()["state"] == "opened"
    assert await move(database.url) == {}
