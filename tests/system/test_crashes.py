"""Killed at random while 2,000 prescriptions are made: nothing is lost, nothing comes twice."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from consent_api.loading import load
from notification_service.preferences.models import CitizenSettings
from sandbox.seeding import load_settings
from sandbox.wiring import Wiring
from shared.citizenref import CitizenReferences
from shared.db import Database
from shared.nationalid import NationalId
from tools.local.ehr import Ehr
from tools.local.processes import Processes

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

PRESCRIPTIONS = 2000
WITH_SMS = 400
WORKERS = ("prescription-api/worker", "notification-service/worker", "helsetilbud-api/worker")


@pytest.fixture
async def crowd(system: Processes, wiring: Wiring, http: httpx.AsyncClient) -> list[str]:
    """Invented people with full consent; the first of them get an SMS."""
    answer = await http.post(f"{wiring.sandbox_url}/people", json={"count": PRESCRIPTIONS, "seed": 7})
    numbers: list[str] = answer.json()["nationalIds"]
    make = CitizenReferences({"k1": wiring.reference_key.encode()}, "k1")
    citizens = [make.of(NationalId.parse(number, allow_synthetic=True)) for number in numbers]
    database = Database(wiring.database_urls["consent-api"], pool_size=1)
    await load(database, [(citizen, "full") for citizen in citizens], datetime.now(UTC))
    await database.close()
    phones = {number: f"+47599{n:05d}" for n, number in enumerate(numbers[:WITH_SMS])}
    settings = {number: CitizenSettings("nb", phone, quiet_hours=None) for number, phone in phones.items()}
    await load_settings(wiring, settings, datetime.now(UTC))
    return numbers


async def prescribe_all(ehr: Ehr, numbers: list[str], tool_id: str) -> None:
    """As a record system would: the same key again until there is an answer."""
    slots = asyncio.Semaphore(8)

    async def prescribe(number: str) -> None:
        body = {"patient": {"nationalId": number}, "toolId": tool_id}
        key = {"Idempotency-Key": str(uuid4())}
        async with slots:
            for _ in range(60):
                answer = await ehr.post("/v1/prescriptions", body, **key)
                if answer.status_code == 201:
                    return
                assert answer.status_code in (409, 503), answer.text
                await asyncio.sleep(0.5)
        raise AssertionError("no answer after 60 attempts")

    await asyncio.gather(*(prescribe(number) for number in numbers))


async def kill_at_random(system: Processes, broker: Any, stop: asyncio.Event, chance: random.Random) -> list[str]:
    """Every second or so one of the workers; now and then the broker itself."""
    killed: list[str] = []
    while not stop.is_set():
        await asyncio.sleep(chance.uniform(0.4, 1.6))
        if len(killed) % 7 == 3:
            await asyncio.to_thread(broker.crash_and_return)
            killed.append("broker")
        else:
            name = chance.choice(WORKERS)
            await asyncio.to_thread(system.kill, name)
            await asyncio.sleep(chance.uniform(0, 0.5))
            system.start(name)
            killed.append(name)
    return killed


async def test_P14_V3_2000_prescriptions_while_everything_is_killed_at_random(
    system: Processes,
    broker: Any,
    ehr: Ehr,
    tools: list[str],
    crowd: list[str],
    wiring: Wiring,
    count: Any,
    until: Callable[..., Awaitable[None]],
    http: httpx.AsyncClient,
) -> None:
    tool_id, stop = tools[3], asyncio.Event()
    killing = asyncio.create_task(kill_at_random(system, broker, stop, random.Random(11)))  # noqa: S311 - no secret
    try:
        await prescribe_all(ehr, crowd, tool_id)
    finally:
        stop.set()
        killed = await killing
    assert "broker" in killed
    assert set(WORKERS) <= set(killed)

    made = "SELECT count(*) FROM prescription WHERE tool_id = $1::text::uuid"
    told = (
        "SELECT count(*) FROM outbox"
        " WHERE name = 'prescription.tool-prescribed.v1' AND payload #>> '{data,toolId}' = $1"
    )
    assert await count("prescription-api", made, tool_id) == PRESCRIPTIONS
    assert await count("prescription-api", told, tool_id) == PRESCRIPTIONS

    in_feed = "SELECT count(*) FROM feed_event WHERE kind = 'tool-prescribed' AND tool_id = $1::text::uuid"
    mine = "SELECT count(*) FROM citizen_tool WHERE tool_id = $1::text::uuid"

    async def arrived() -> bool:
        return await count("helsetilbud-api", in_feed, tool_id) >= PRESCRIPTIONS

    await until(arrived, "every prescription in a feed", 240)

    waiting = (
        "SELECT count(*) FROM notification"
        " WHERE tool_id = $1::text::uuid AND status NOT IN ('sent', 'delivered', 'dropped')"
    )
    notified = "SELECT count(DISTINCT about) FROM notification WHERE tool_id = $1::text::uuid"

    async def notified_all() -> bool:
        everyone = await count("notification-service", notified, tool_id) >= PRESCRIPTIONS
        return everyone and await count("notification-service", waiting, tool_id) == 0

    await until(notified_all, "every notification at its end", 240)
    await asyncio.sleep(2)

    assert await count("helsetilbud-api", in_feed, tool_id) == PRESCRIPTIONS
    assert await count("helsetilbud-api", mine, tool_id) == PRESCRIPTIONS
    rows = "SELECT count(*) FROM notification WHERE tool_id = $1::text::uuid"
    assert await count("notification-service", rows, tool_id) == PRESCRIPTIONS
    sent = "SELECT count(*) FROM notification WHERE tool_id = $1::text::uuid AND status IN ('sent', 'delivered')"
    why_not = (
        "SELECT string_agg(format('%s %s', reason, number), ', ' ORDER BY number DESC) FROM ("
        "  SELECT reason, count(*) AS number FROM notification"
        "  WHERE tool_id = $1::text::uuid AND status = 'dropped' GROUP BY reason"
        ") AS dropped"
    )
    assert await count("notification-service", sent, tool_id) == WITH_SMS, await count(
        "notification-service", why_not, tool_id
    )
    for service in ("prescription-api", "notification-service", "helsetilbud-api"):
        assert await count(service, "SELECT count(*) FROM dead_letter") == 0
        assert await count(service, "SELECT count(*) FROM outbox WHERE sent_at IS NULL") == 0
    await _every_phone_rang_once(wiring, http)


async def _every_phone_rang_once(wiring: Wiring, http: httpx.AsyncClient) -> None:
    for n in range(0, WITH_SMS, 7):
        found = await http.get(f"{wiring.sandbox_url}/messages", params={"to": f"+47599{n:05d}"})
        assert len(found.json()["items"]) == 1


async def test_the_broker_away_loses_nothing(
    system: Processes, broker: Any, ehr: Ehr, tools: list[str], citizens: list[dict[str, Any]], count: Any, until: Any
) -> None:
    patient = next(person for person in citizens if person["state"] == "born-2000")
    broker.server.kill()
    body = {"patient": {"nationalId": patient["nationalId"]}, "toolId": tools[4]}
    made = await ehr.post("/v1/prescriptions", body)
    assert made.status_code == 201, made.text
    await asyncio.to_thread(broker.crash_and_return)
    in_feed = "SELECT count(*) FROM feed_event WHERE prescription_id = $1::text::uuid"

    async def arrived() -> bool:
        return await count("helsetilbud-api", in_feed, made.json()["prescriptionId"]) == 1

    await until(arrived, "the prescription in the feed", 60)


async def test_one_relay_is_active_and_another_takes_over(system: Processes, wiring: Wiring, until: Any) -> None:
    """Two workers of one service: one has the lease, which passes on when that one dies."""
    holder = "SELECT holder FROM lease WHERE name = 'relay' AND ends_at > clock_timestamp()"
    connection = await asyncpg.connect(wiring.database_urls["catalog-api"])
    first = await connection.fetchval(holder)
    assert first, "the relay should be leading"
    system.start("catalog-api/worker", known_as="second")
    try:
        await asyncio.sleep(3)
        assert await connection.fetchval(holder) == first
        system.kill("catalog-api/worker")

        async def taken_over() -> bool:
            return await connection.fetchval(holder) not in (None, first)

        await until(taken_over, "the other relay to take over", 60)
    finally:
        await connection.close()
        system.kill("second")
        system.start("catalog-api/worker")
