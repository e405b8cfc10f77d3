"""The copy of the person register: asked when needed, kept by reference, and good enough while the register is away."""

from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from consent_api.errors import PersonRegisterUnavailable
from consent_api.persons.register import PersonRegister
from devkit.testing.national_ids import generate, population
from shared.nationalid import NationalId

GROWN_UP = generate(date(1970, 1, 1), 0)


@pytest.fixture
def child(citizen: Any, mother: Any, register: Any) -> Any:
    child = citizen(date(2018, 6, 1))
    register.parents[child.number] = [mother.number]
    return child


async def test_a_thousand_are_asked_about_in_one_call_and_once_a_day(check: Any, register: Any, clock: Any) -> None:
    numbers = population(1000, seed=6)
    for _ in range(2):
        await check(numbers)
    assert [len(question) for question in register.asked] == [1000]
    clock.go(hours=23, minutes=59)
    await check(numbers[:10])
    assert len(register.asked) == 1
    clock.go(minutes=1)
    await check(numbers[:10])
    assert [len(question) for question in register.asked] == [1000, 10]


async def test_a_childs_parents_are_asked_about_too(check: Any, register: Any, child: Any, mother: Any) -> None:
    await check([child.number])
    assert register.asked == [[child.number], [mother.number]]


async def test_what_is_kept_is_no_more_than_the_rules_need(check: Any, rows: Any, child: Any, clock: Any) -> None:
    await check([child.number, GROWN_UP])
    kept = {row["born"]: row for row in await rows("person")}
    assert len(await rows("person")) == 3
    assert kept.keys() == {date(2018, 6, 1), None}, "birth dates of those under 16 only"
    assert kept[date(2018, 6, 1)]["next_turn"] == date(2030, 6, 1)
    assert kept[None].keys() == {"citizen", "status", "confidential", "born", "next_turn", "checked_at"}


async def test_S2_while_the_register_is_away_what_is_known_is_used(
    check: Any, give: Any, register: Any, child: Any, clock: Any
) -> None:
    dead = generate(date(1940, 1, 1), 0)
    register.say(dead, status="deceased")
    await give({child.number: "full", dead: "full", GROWN_UP: "full"})
    known = await check([child.number, dead])
    register.away = True
    clock.go(days=30)
    assert await check([child.number, dead]) == known
    assert known[0]["activeThroughOthers"] is True
    assert known[1]["reasons"] == ["deceased"]
    assert (await check([GROWN_UP]))[0]["active"] is True


async def test_S5_of_a_child_nobody_has_asked_about_nobody_is_a_parent(
    check: Any, give: Any, register: Any, child: Any
) -> None:
    await give({child.number: "full"})
    register.away = True
    [item] = await check([child.number])
    assert (item["active"], item["activeThroughOthers"]) == (False, False)


async def test_S5_parents_come_and_go_with_the_register_and_others_are_told(
    check: Any, register: Any, child: Any, mother: Any, citizen: Any, rows: Any, reference: Any, clock: Any
) -> None:
    father = citizen(date(1987, 3, 3))
    await check([child.number])
    register.parents[child.number] = [father.number]
    clock.go(days=1)
    await check([child.number])
    assert {(row["parent"], row["active"], row["version"]) for row in await rows("parent")} == {
        (reference(mother.number), False, 2),
        (reference(father.number), True, 1),
    }
    events = [row["payload"]["data"] for row in await rows("outbox")]
    assert {event["relation"] for event in events} == {"parent"}
    assert sorted((event["representative"], event["version"], event["active"]) for event in events) == sorted(
        [
            (reference(mother.number), 1, True),
            (reference(mother.number), 2, False),
            (reference(father.number), 1, True),
        ]
    )


async def test_an_older_answer_undoes_no_newer_one(
    app: Any, check: Any, register: Any, child: Any, rows: Any, reference: Any, clock: Any
) -> None:
    await check([child.number])
    people = {reference(child.number): NationalId.parse(child.number, allow_synthetic=True)}
    register.parents[child.number] = []
    await app.state.persons.refresh(people, datetime(2026, 11, 21, tzinfo=UTC))
    assert [row["active"] for row in await rows("parent")] == [True]
    await app.state.persons.refresh(people, clock.now)
    assert [row["active"] for row in await rows("parent")] == [False]


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json={"persons": [{"nationalId": GROWN_UP}]}),
        httpx.ConnectTimeout("slow"),
    ],
)
async def test_a_register_that_answers_badly_is_away_and_left_alone_for_a_while(answer: Any) -> None:
    asked = 0

    def handle(_: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        if isinstance(answer, Exception):
            raise answer
        return answer

    async with httpx.AsyncClient(transport=httpx.MockTransport(handle)) as http:
        register = PersonRegister(http, "https://register.test", timeout=30, pause=3600)
        for _ in range(3):
            with pytest.raises(PersonRegisterUnavailable):
                await register.look_up([GROWN_UP])
    assert asked == 1
