"""S5, S2: each row of docs/age-table.md, as the consent check and those who ask who may act are answered."""

from datetime import date, timedelta
from typing import Any

import pytest

from consent_api.turning import turn
from devkit.testing.age_table import PEOPLE, Person, name_of

TODAY = date(2026, 11, 22)
SCOPES = {"area-not-covered": ["administration"], None: ["health-care"]}


@pytest.fixture
def live(
    citizen: Any, give: Any, check: Any, assign: Any, register: Any, database: Any, reference: Any, clock: Any
) -> Any:
    """Makes a person of the table, and who acts for them; returns the two, the second None where nobody does."""

    async def make(row: Person) -> tuple[Any, Any]:
        person, other = citizen(row.born(TODAY)), citizen(date(1980, 5, 1))
        register.parents[person.number] = [other.number] if row.acting and row.acting.who == "parent" else []
        below = row.acting is not None and row.acting.lacking == "actor-consent-too-low"
        await give({person.number: row.level, other.number: "basis" if below else "full"})
        if row.age == "adult":  # known as a child before
            await _known_as_child(row, [person.number, other.number])
        await check([person.number, other.number])
        if row.own_access:
            async with database.driver() as connection:
                granted = "INSERT INTO own_access VALUES ($1, true, 1, now())"
                await connection.execute(granted, reference(person.number))
        if row.acting and row.acting.who == "guardian":
            await assign(person.number, other.number)
        if row.acting and row.acting.who == "power-of-attorney":
            holder = {"nationalId": other.number, "name": other.name}
            wanted = {"holder": holder, "areas": SCOPES[row.acting.lacking], "validTo": "2026-12-31"}
            assert (await person.post("/v1/me/representations", wanted)).status_code == 201
        return person, other if row.acting else None

    async def _known_as_child(row: Person, numbers: list[str]) -> None:
        today = clock.now
        clock.now = today - timedelta(days=366 * (row.years - 15))
        await check(numbers)
        clock.now = today
        await turn(database, today)

    return make


@pytest.mark.parametrize("row", PEOPLE, ids=name_of)
@pytest.mark.rule("S2", "S5", "P4")
async def test_S5_the_consent_check_is_as_the_age_table_says(row: Person, live: Any, check: Any) -> None:
    person, _ = await live(row)
    for area in ("health-care", "youth"):
        [item] = await check([person.number], area)
        alone, through = row.is_alone_in(area), row.is_reached_through_others(area)
        assert (item["active"], item["activeThroughOthers"]) == (alone, through), area
        assert item["reasons"] == row.reasons(area), area


@pytest.mark.parametrize("row", PEOPLE, ids=name_of)
async def test_S5_who_may_act_is_as_the_age_table_says(row: Person, live: Any, verify: Any) -> None:
    person, other = await live(row)
    assert (await verify(person.number))["reason"] == row.why_not_alone()
    if other is None:
        return
    relation = "parent" if row.acting and row.acting.who == "parent" else "power-of-attorney"
    for own in (True, False):
        answer = await verify(other.number, person.number, relation, youngPersonsOwn=own)
        assert answer["reason"] == row.why_not_acting(youths_own=own), own
        assert answer["narrowed"] == (answer["allowed"] and row.age == "youth")
