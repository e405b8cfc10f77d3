"""Nobody walks through the national identity numbers: look-ups are counted by practitioner, client and citizen."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import date
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from devkit.testing.national_ids import generate, population
from prescription_api.app import create_app
from prescription_api.settings import Settings

FNR = "urn:oid:2.16.578.1.12.4.1.4.1"
LOOK_UP = "/v1/patients/lookup"
StartReplica = Callable[..., Awaitable[FastAPI]]


@pytest.fixture
async def replica(settings: Any, database: Any, world: Any, clock: Any) -> AsyncIterator[StartReplica]:
    """Another process of the service, with limits of its own."""
    async with database.driver() as connection:
        await connection.execute("TRUNCATE rate_count")
    clock.now = clock.now.replace(year=2126, month=11, day=22, hour=8, minute=0, second=30)
    async with AsyncExitStack() as stack:

        async def start(**limits: int) -> FastAPI:
            http = httpx.AsyncClient(transport=httpx.MockTransport(world.handle))
            app = create_app(settings.model_copy(update={"answer_within": 60.0, **limits}), http=http, clock=clock)
            await stack.enter_async_context(app.router.lifespan_context(app))
            return app

        yield start


def at(app: FastAPI, auth: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://prescription.test", auth=auth)


async def look_up(app: FastAPI, auth: Any, number: str, **headers: str) -> httpx.Response:
    async with at(app, auth) as client:
        return await client.post(LOOK_UP, json={"nationalId": number}, headers=headers)


async def test_P13_a_walk_through_a_thousand_numbers_is_stopped(replica: Any, practitioner: Any, world: Any) -> None:
    app = await replica(look_ups_per_minute=600, look_ups_per_day=5000)
    numbers, auth = population(1000, seed=7), practitioner()
    world.live(numbers[3])
    async with at(app, auth) as client:
        answers = [await client.post(LOOK_UP, json={"nationalId": number}) for number in numbers]
    codes = [answer.json().get("code", "found") for answer in answers]
    assert codes[:600] == ["patient-unknown"] * 3 + ["found"] + ["patient-unknown"] * 596
    assert codes[600:] == ["rate-limit-exceeded"] * 400


async def test_P13_the_answer_says_what_is_left_and_when_to_come_again(
    replica: Any, practitioner: Any, odd: str, clock: Any
) -> None:
    app, auth = await replica(look_ups_per_minute=2, look_ups_per_day=3), practitioner()
    first, second = await look_up(app, auth, odd), await look_up(app, auth, odd)
    policies = '"requests";q=100000;w=60, "look-ups";q=2;w=60, "look-ups-day";q=3;w=86400'
    assert first.headers["RateLimit-Policy"] == second.headers["RateLimit-Policy"] == policies
    assert first.headers["RateLimit"] == '"requests";r=99999;t=30, "look-ups";r=1;t=30, "look-ups-day";r=2;t=57570'
    assert second.headers["RateLimit"] == '"requests";r=99998;t=30, "look-ups";r=0;t=30, "look-ups-day";r=1;t=57570'
    third = await look_up(app, auth, odd, **{"Accept-Language": "nn"})
    assert third.status_code == 429
    assert third.headers["Retry-After"] == "30"
    assert third.headers["RateLimit"] == '"look-ups";r=0;t=30'
    assert third.json() == {
        "type": "https://helseverktoy.example/problems/rate-limit-exceeded",
        "title": "Det er spurt for mange gonger på kort tid. Vent før du spør igjen.",
        "status": 429,
        "detail": "Det er spurt for mange gonger på kort tid. Vent før du spør igjen.",
        "instance": f"urn:uuid:{third.headers['nhn-event-id']}",
        "code": "rate-limit-exceeded",
        "violatedPolicies": ["look-ups"],
    }
    clock.go(seconds=30)
    assert (await look_up(app, auth, odd)).status_code == 200
    assert (await look_up(app, auth, odd)).json()["violatedPolicies"] == ["look-ups-day"]


async def test_P13_whatever_names_a_patient_by_number_counts(
    replica: Any, practitioner: Any, odd: str, publish: Any
) -> None:
    app, auth = await replica(look_ups_per_minute=4), practitioner()
    patient = {"patient": {"nationalId": odd}}
    asked = [
        ("/v1/patients/lookup", {"json": {"nationalId": odd}}),
        ("/v1/prescriptions", {"json": {**patient, "toolId": str(await publish())}}),
        ("/v1/prescriptions/search", {"json": patient}),
        (
            "/fhir/Task/_search",
            {"data": {"patient.identifier": f"{FNR}|{odd}"}},
        ),
    ]
    async with at(app, auth) as client:
        assert [(await client.post(path, **sent)).status_code for path, sent in asked] == [200, 201, 200, 200]
        assert [(await client.post(path, **sent)).status_code for path, sent in asked] == [429] * 4
        outcome = (await client.post(asked[3][0], **asked[3][1])).json()
    assert outcome["issue"][0]["code"] == "throttled"


async def test_P13_each_practitioner_has_a_limit_of_their_own_whichever_client_they_use(
    replica: Any, practitioner: Any, odd: str, world: Any
) -> None:
    app = await replica(look_ups_per_minute=1)
    world.practise("9144890", "LE")
    one, colleague = practitioner(), practitioner(hpr_number="9144890")
    elsewhere = practitioner(claims={"client_id": "another-ehr"})
    assert [(await look_up(app, who, odd)).status_code for who in (one, colleague)] == [200] * 2
    assert [(await look_up(app, who, odd)).status_code for who in (one, colleague, elsewhere)] == [429] * 3


def test_P13_by_usual_settings_a_practitioner_asks_about_sixty_a_minute_and_a_thousand_a_day() -> None:
    usual = {name: field.default for name, field in Settings.model_fields.items()}
    assert (usual["look_ups_per_minute"], usual["look_ups_per_day"]) == (60, 1_000)


async def test_P13_one_patient_is_not_asked_about_again_and_again_by_everybody_at_a_client(
    replica: Any, practitioner: Any, odd: str, world: Any
) -> None:
    app = await replica(look_ups_of_one_per_hour=2)
    other = world.live(generate(date(1970, 1, 1), 0))
    world.practise("9144890", "LE")
    one, colleague = practitioner(), practitioner(hpr_number="9144890")
    assert [(await look_up(app, who, odd)).status_code for who in (one, colleague)] == [200, 200]
    refused = await look_up(app, one, odd)
    assert refused.json()["violatedPolicies"] == ["person"]
    assert [(await look_up(app, one, other)).status_code] == [200]
    assert (await look_up(app, practitioner(claims={"client_id": "another-ehr"}), odd)).status_code == 200


async def test_requests_of_a_client_are_counted_whoever_is_logged_in(
    replica: Any, practitioner: Any, citizen: Any, odd: str
) -> None:
    app = await replica(requests_per_minute=2, citizen_requests_per_minute=1)
    tools = "/v1/prescribable-tools"
    async with at(app, practitioner()) as client, at(app, practitioner(claims={"client_id": "another-ehr"})) as other:
        assert [(await client.get(tools)).status_code for _ in range(3)] == [200, 200, 429]
        assert (await other.get(tools)).status_code == 200
    async with at(app, citizen(odd)) as client:
        answers = [await client.get("/v1/me/access-log") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    async with at(app, citizen(generate(date(1970, 1, 1), 0))) as client:
        assert (await client.get("/v1/me/access-log")).status_code == 200


async def test_two_replicas_share_a_limit_and_a_restart_keeps_it(replica: Any, practitioner: Any, odd: str) -> None:
    limits = {"look_ups_per_minute": 1000, "look_ups_per_day": 4}
    one, other = await replica(**limits), await replica(**limits)
    auth = practitioner()
    assert [(await look_up(app, auth, odd)).status_code for app in (one, one, other)] == [200] * 3
    for app in (one, other):
        await app.state.limits.counters.tell()
    assert [(await look_up(other, auth, odd)).status_code for _ in range(2)] == [200, 429]
    await other.state.limits.counters.tell()
    started_anew = await replica(**limits)
    assert (await look_up(started_anew, auth, odd)).status_code == 200  # it has not asked yet
    await started_anew.state.limits.counters.tell()
    assert (await look_up(started_anew, auth, odd)).status_code == 429


async def test_a_token_without_its_proof_uses_up_nothing(replica: Any, practitioner: Any, odd: str) -> None:
    app, auth = await replica(requests_per_minute=1), practitioner()
    async with at(app, None) as thief:
        stolen = {"Authorization": f"DPoP {auth.token}"}
        assert (await thief.get("/v1/prescribable-tools", headers=stolen)).status_code == 401
    assert (await look_up(app, auth, odd)).status_code == 200
