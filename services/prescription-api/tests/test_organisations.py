"""P2, P5: a practitioner finds organisations by name and number, and prescribes for the one that they choose."""

from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from prescription_api.organisations.service import SearchQuota

MUNICIPALITY, OFFICE, OTHER, CLOSED = "299900177", "299900452", "299900460", "299901785"


@pytest.fixture
def solfjell(world: Any) -> Any:
    world.register(MUNICIPALITY, "Solfjell kommune", form="KOMM")
    world.register(OFFICE, "Solfjell legekontor", MUNICIPALITY)
    return world


@pytest.fixture
def find(client: httpx.AsyncClient, practitioner: Any) -> Any:
    async def find(q: str, **question: Any) -> httpx.Response:
        return await client.get("/v1/organisations", params={"q": q, **question}, auth=practitioner())

    return find


async def test_P2_P5_organisations_are_found_by_name_with_what_they_are_part_of(find: Any, solfjell: Any) -> None:
    answer = await find("solfjell")

    parent = {"organisationNumber": MUNICIPALITY, "name": "Solfjell kommune"}
    assert answer.status_code == 200
    assert answer.json() == {
        "items": [
            {
                "organisationNumber": MUNICIPALITY,
                "name": "Solfjell kommune",
                "kind": "KOMM",
                "kindName": "KOMM",
                "parent": None,
            },
            {
                "organisationNumber": OFFICE,
                "name": "Solfjell legekontor",
                "kind": "BEDR",
                "kindName": "BEDR",
                "parent": parent,
            },
        ],
        "more": False,
    }


@pytest.mark.parametrize("written", [OFFICE, "299 900 452"])
async def test_P2_P5_an_organisation_is_found_by_its_number(find: Any, solfjell: Any, written: str) -> None:
    [found] = (await find(written)).json()["items"]

    assert (found["name"], found["parent"]["name"]) == ("Solfjell legekontor", "Solfjell kommune")


async def test_P2_P5_what_is_not_there_is_not_found(find: Any, solfjell: Any) -> None:
    solfjell.register(CLOSED, "Brennlia kommune", form="KOMM", slettedato="2019-12-31")

    for q in (OTHER, CLOSED, "ingenting"):
        assert (await find(q)).json() == {"items": [], "more": False}


async def test_P2_P5_no_more_are_shown_than_asked_for(find: Any, solfjell: Any) -> None:
    answer = (await find("solfjell", limit=1)).json()

    assert [it["organisationNumber"] for it in answer["items"]] == [MUNICIPALITY]
    assert answer["more"]


async def test_P5_a_number_with_a_wrong_check_digit_is_refused_as_that(find: Any, world: Any) -> None:
    answer = await find("299900453")

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")
    [wrong] = answer.json()["errors"]
    assert (wrong["pointer"], wrong["code"]) == ("/query/q", "organisation-number-check-digit")
    assert "organisations" not in world.asked


@pytest.mark.parametrize("question", [{"q": "a"}, {"q": "a" * 101}, {"q": "so\u202el"}, {"q": "sol", "limit": 51}, {}])
async def test_P2_other_questions_are_refused(
    client: httpx.AsyncClient, practitioner: Any, question: dict[str, Any]
) -> None:
    answer = await client.get("/v1/organisations", params=question, auth=practitioner())

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")


async def test_P2_a_search_while_the_register_is_away_says_so(find: Any, world: Any) -> None:
    world.away.add("organisations")

    answer = await find("solfjell")

    assert (answer.status_code, answer.json()["code"]) == (503, "organisation-register-unavailable")
    assert int(answer.headers["Retry-After"]) > 0


async def test_P2_one_practitioner_searches_so_often_and_no_more(find: Any, solfjell: Any, app: FastAPI) -> None:
    outside = app.state.outside
    app.state.outside = replace(outside, organisation_searches=SearchQuota(2, outside.limits.counters))
    try:
        answers = [await find("solfjell") for _ in range(3)]
    finally:
        app.state.outside = outside

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["violatedPolicies"] == ["organisation-searches"]
