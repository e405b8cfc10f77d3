"""The invented people: none can be real, and load tests can have as many as they like."""

from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import FastAPI

from sandbox.app import create_app
from sandbox.context import Sandbox
from sandbox.settings import SandboxSettings
from shared.nationalid import NationalId, NationalIdMalformed


async def test_I2_every_number_is_synthetic_and_right(http: httpx.AsyncClient) -> None:
    made = (await http.post("/people", json={"count": 500, "seed": 1})).json()["nationalIds"]
    people = (await http.get("/people")).json()["items"]
    practitioners = (await http.get("/practitioners")).json()["items"]
    numbers = [*made, *(it["nationalId"] for it in people), *(it["nationalId"] for it in practitioners)]

    assert len(numbers) == len(set(numbers))
    for number in numbers:
        assert NationalId.parse(number, allow_synthetic=True).synthetic
        with pytest.raises(NationalIdMalformed) as refusal:
            NationalId.parse(number, allow_synthetic=False)
        assert refusal.value.reason == "synthetic-not-accepted"


async def test_birth_dates_are_those_of_the_numbers(http: httpx.AsyncClient) -> None:
    for person in (await http.get("/people")).json()["items"]:
        number = NationalId.parse(person["nationalId"], allow_synthetic=True)
        assert number.birth_date.isoformat() == person["birthDate"]


async def test_practitioners_work_at_organisations_that_exist(http: httpx.AsyncClient) -> None:
    organisations = {it["organisationNumber"] for it in (await http.get("/organisations")).json()["items"]}
    practitioners = (await http.get("/practitioners")).json()["items"]

    assert {it["organisation"] for it in practitioners} <= organisations


async def test_the_records_pass_through_whole(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    people = (await http.get("/people")).json()["items"]
    tools = (await http.get("/tools")).json()["items"]

    assert {"state", "goodFor", "consent", "phone", "email", "channels", "language"} <= people[0].keys()
    assert tools == sandbox.population.tools


async def test_the_same_seed_makes_the_same_people(http: httpx.AsyncClient) -> None:
    first = (await http.post("/people", json={"count": 50, "seed": 9})).json()
    again = (await http.post("/people", json={"count": 50, "seed": 9})).json()
    other = (await http.post("/people", json={"count": 50})).json()

    assert first == again
    assert first["seed"] != other["seed"]
    assert set(first["nationalIds"]).isdisjoint(other["nationalIds"])
    assert (await http.get("/people")).json()["generated"] == 100


async def test_generated_people_are_of_age_unless_told_otherwise(http: httpx.AsyncClient) -> None:
    adults = (await http.post("/people", json={"count": 300, "seed": 2})).json()["nationalIds"]
    anyone = (await http.post("/people", json={"count": 300, "seed": 2, "minimumAge": 0})).json()["nationalIds"]

    today = datetime.now(UTC).date()
    assert min(NationalId.parse(number, allow_synthetic=True).age(today) for number in adults) >= 18
    assert min(NationalId.parse(number, allow_synthetic=True).age(today) for number in anyone) < 18


async def test_generated_people_are_in_the_register_also_after_a_restart(
    fresh_settings: SandboxSettings, connect: Callable[[FastAPI], httpx.AsyncClient]
) -> None:
    numbers: list[str] = []
    for _ in range(2):
        app = create_app(fresh_settings)
        async with app.router.lifespan_context(app), connect(app) as http:
            numbers = numbers or (await http.post("/people", json={"count": 20})).json()["nationalIds"]
            found = await http.post("/person-register/persons/lookup", json={"nationalIds": numbers})
            assert [person["nationalId"] for person in found.json()["persons"]] == numbers


async def test_there_is_an_end_to_the_crowd(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    too_many = await http.post("/people", json={"count": 200_001})
    anybody = next(iter(sandbox.population.citizens.values()))
    sandbox.population.generated.update((str(place), anybody) for place in range(199_995))
    one_too_many = await http.post("/people", json={"count": 6})

    assert too_many.status_code == 422
    assert (one_too_many.status_code, one_too_many.json()["code"]) == (422, "crowd-too-large")
    assert (await http.post("/people", json={"count": 5})).status_code == 201
