"""Who is told of what somebody gets: the feed for our own services says it (V1), by the rules for acting (S5)."""

from datetime import date
from typing import Any

import pytest

CHANGES = "/v1/consents/changes"
SCOPE = "nhn:samtykke/representation"


@pytest.fixture
def told(send: Any, reference: Any, give: Any) -> Any:
    """Whether somebody is told themselves, and who else is; the version as well where it is asked for."""

    async def read(person: Any, *, version: bool = False) -> Any:
        items, cursor, more = [], "", True
        while more:
            answer = await send("GET", f"{CHANGES}?limit=1000{cursor}", scope=SCOPE)
            assert answer.status_code == 200, answer.text
            page = answer.json()
            items, cursor, more = items + page["items"], f"&cursor={page['nextCursor']}", page["more"]
        found = next(item["recipients"] for item in items if item["citizen"] == reference(person.number))
        shown = (found["themselves"], sorted(found["others"]))
        return (*shown, found["version"]) if version else shown

    return read


@pytest.fixture
def child(citizen: Any, mother: Any, register: Any, give: Any, check: Any) -> Any:
    """Born on a day, with full consent, and known to have a mother."""

    async def born(day: date) -> Any:
        child = citizen(day)
        register.parents[child.number] = [mother.number]
        await give({child.number: "full"})
        await check([child.number])
        return child

    return born


async def test_V1_grown_ups_are_told_themselves(told: Any, ola: Any, give: Any) -> None:
    await give({ola.number: "full"})
    assert await told(ola) == (True, [])


async def test_S5_of_a_child_every_parent_is_told_and_not_the_child(
    told: Any, child: Any, mother: Any, ola: Any, register: Any, check: Any, clock: Any, reference: Any
) -> None:
    small = await child(date(2018, 6, 1))
    assert await told(small) == (False, [reference(mother.number)])
    register.parents[small.number] = [mother.number, ola.number]
    clock.go(days=2)
    await check([small.number])
    assert await told(small) == (False, sorted([reference(mother.number), reference(ola.number)]))


async def test_S5_a_young_person_with_an_own_access_is_told_as_well(
    told: Any, child: Any, mother: Any, reference: Any
) -> None:
    young = await child(date(2014, 11, 22))
    *before, version = await told(young, version=True)
    assert before == [False, [reference(mother.number)]]
    acting = mother.acting_for(young.number)
    answer = await acting.put("/v1/me/own-access", '{"granted": true}', {"If-Match": '"0"'})
    assert answer.status_code == 200, answer.text
    *after, later = await told(young, version=True)
    assert after == [True, [reference(mother.number)]]
    assert later > version


async def test_S5_from_16_on_nobody_is_told_in_a_persons_stead(told: Any, child: Any, clock: Any, app: Any) -> None:
    from consent_api.turning import turn

    young = await child(date(2010, 11, 23))
    clock.go(days=1)
    await turn(app.state.database, clock.now)
    assert await told(young) == (True, [])


@pytest.mark.parametrize("who", ["child", "parent"])
async def test_S5_a_confidential_address_keeps_parents_from_being_told(
    told: Any, child: Any, mother: Any, register: Any, check: Any, clock: Any, who: str
) -> None:
    small = await child(date(2018, 6, 1))
    *_, version = await told(small, version=True)
    register.say(small.number if who == "child" else mother.number, confidentialAddress=True)
    clock.go(days=2)
    await check([small.number])
    *after, later = await told(small, version=True)
    assert after == [False, []]
    assert later > version


@pytest.mark.parametrize(("areas", "others"), [(["health-care", "research"], 1), (["research"], 0)])
async def test_S5_a_holder_is_told_as_the_scope_says_while_it_lasts(
    told: Any, kari: Any, ola: Any, give: Any, clock: Any, app: Any, areas: Any, others: int
) -> None:
    from consent_api.turning import turn

    await give({kari.number: "full", ola.number: "full"})
    body = {
        "holder": {"nationalId": ola.number, "name": ola.name},
        "areas": areas,
        "validTo": clock.now.date().isoformat(),
    }
    answer = await kari.post("/v1/me/representations", body)
    assert answer.status_code == 201, answer.text
    themselves, found = await told(kari)
    assert (themselves, len(found)) == (True, others)
    clock.go(days=1)
    await turn(app.state.database, clock.now)
    assert await told(kari) == (True, [])


async def test_V1_of_the_dead_nobody_is_told(told: Any, kari: Any, give: Any, register: Any, check: Any) -> None:
    await give({kari.number: "full"})
    register.say(kari.number, status="deceased")
    await check([kari.number])
    assert await told(kari) == (False, [])
