"""S5: whom somebody may act for, and why not where they may not."""

from datetime import date
from typing import Any

import pytest

AREAS = ["health-care", "youth", "research", "administration"]


def reasons(item: dict[str, Any]) -> dict[str, str | None]:
    return {it["area"]: it["reason"] for it in item["areas"]}


async def found(caller: Any) -> list[dict[str, Any]]:
    answer = await caller.get("/v1/me/acting-for")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


@pytest.fixture
def family(mother: Any, citizen: Any, register: Any) -> dict[str, Any]:
    """Of 2, 13 and 17 years on the first day (November 2026)."""
    children = {"toddler": date(2024, 5, 5), "youth": date(2013, 5, 5), "grown": date(2009, 5, 5)}
    found = {name: citizen(born) for name, born in children.items()}
    for child in found.values():
        register.parents[child.number] = [mother.number]
    return found


@pytest.mark.rule("S5")
async def test_S5_a_parent_sees_children_under_16_with_what_they_may_and_why_not(
    mother: Any, family: dict[str, Any]
) -> None:
    youth, toddler = reversed(await found(mother))
    assert (toddler["name"], toddler["age"], toddler["relation"]) == (family["toddler"].name, 2, "parent")
    assert reasons(toddler) == dict.fromkeys(AREAS)
    assert toddler["ownAccess"] is None
    assert (youth["age"], youth["ownAccess"]) == (13, False)
    assert reasons(youth)["health-care"] is None
    assert reasons(youth)["youth"] == "young-persons-own"
    assert [it["narrowed"] for it in youth["areas"] if it["area"] == "health-care"] == [True]


@pytest.mark.rule("S5")
async def test_S5_a_parent_without_full_consent_is_told_that(mother: Any, family: dict[str, Any]) -> None:
    now = await mother.get("/v1/me/consent")
    assert (await mother.set_level("basis", now.headers["etag"])).status_code == 200
    assert set(reasons((await found(mother))[0]).values()) == {"actor-consent-too-low"}


@pytest.mark.rule("S5")
async def test_S5_somebody_in_hiding_is_as_good_as_nobody(mother: Any, family: dict[str, Any], register: Any) -> None:
    register.say(family["toddler"].number, confidentialAddress=True)
    assert [it["age"] for it in await found(mother)] == [13]
    register.say(mother.number, confidentialAddress=True)
    assert await found(mother) == []


@pytest.mark.rule("S5")
async def test_S5_a_parent_of_today_counts_and_not_one_of_yesterday(
    mother: Any, family: dict[str, Any], register: Any
) -> None:
    assert len(await found(mother)) == 2
    register.parents[family["toddler"].number] = []
    assert [it["age"] for it in await found(mother)] == [13]


@pytest.mark.rule("S5")
async def test_S5_a_power_that_one_holds_is_shown_with_its_areas(kari: Any, ola: Any, give: Any) -> None:
    await give({kari.number: "full", ola.number: "full"})
    wanted = {"holder": {"nationalId": ola.number, "name": ola.name}, "areas": ["health-care"], "validTo": "2027-06-30"}
    given = await kari.post("/v1/me/representations", wanted)
    assert given.status_code == 201, given.text
    [one] = await found(ola)
    assert (one["relation"], one["name"], one["age"], one["ownAccess"]) == ("power-of-attorney", kari.name, None, None)
    assert reasons(one) == {"health-care": None} | dict.fromkeys(AREAS[1:], "area-not-covered")
    assert await found(kari) == []
    assert (await kari.delete(given.headers["location"])).status_code == 204
    assert await found(ola) == []


@pytest.mark.rule("S5")
async def test_S5_nothing_is_said_while_the_register_is_away(mother: Any, register: Any) -> None:
    register.away = True
    answer = await mother.get("/v1/me/acting-for")
    assert (answer.status_code, answer.json()["code"]) == (503, "person-register-unavailable")


@pytest.mark.rule("S5")
async def test_S5_whoever_acts_for_somebody_does_not_see_whom_they_act_for(mother: Any, family: dict[str, Any]) -> None:
    answer = await mother.acting_for(family["toddler"].number).get("/v1/me/acting-for")
    assert (answer.status_code, answer.json()["code"]) == (403, "representation-not-allowed")
    young = await family["youth"].get("/v1/me/acting-for")
    assert (young.status_code, young.json()["code"]) == (403, "too-young")


async def test_I1_no_number_is_in_the_answer(mother: Any, family: dict[str, Any]) -> None:
    answer = await mother.get("/v1/me/acting-for")
    assert not [child for child in family.values() if child.number in answer.text]
    assert mother.number not in answer.text
    same = await mother.get("/v1/me/acting-for", {"If-None-Match": answer.headers["etag"]})
    assert same.status_code == 304
