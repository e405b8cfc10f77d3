"""Who is digitally active through others, in each area, and in the shape that record systems speak (S2, S5)."""

import json
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from consent_api.active.models import Standing, standing
from devkit.testing.national_ids import generate

PATH = "/digitaltaktiv/helsenorgeaktivsjekken/v1"
CHILD, YOUNG, GROWN_UP = date(2018, 6, 1), date(2012, 6, 1), date(1950, 5, 1)
NUMBER = generate(GROWN_UP, 0)


@pytest.fixture
def child_of(citizen: Any, register: Any) -> Any:
    """A child of these parents, born on this day."""

    def of(born: date, *parents: Any) -> str:
        number: str = citizen(born).number
        register.parents[number] = [parent.number for parent in parents]
        return number

    return of


def shown(item: dict[str, Any]) -> tuple[bool, bool, list[str]]:
    return item["active"], item["activeThroughOthers"], item["reasons"]


@pytest.mark.parametrize(
    ("born", "area", "through_others"),
    [
        (CHILD, "health-care", True),
        (CHILD, "youth", True),
        (CHILD, "administration", True),
        (YOUNG, "health-care", True),
        (YOUNG, "research", True),
        (YOUNG, "youth", False),
    ],
)
@pytest.mark.rule("S2", "S5")
async def test_S5_a_child_is_reached_through_a_parent_with_full_consent(
    check: Any, give: Any, mother: Any, child_of: Any, born: date, area: str, through_others: bool
) -> None:
    child = child_of(born, mother)
    await give({child: "full"})
    [item] = await check([child], area)
    assert shown(item) == (False, through_others, ["too-young"])


@pytest.mark.parametrize(
    ("levels", "through_others"),
    [((None,), False), (("basis",), False), (("full",), True), (("basis", "full"), True), ((), False)],
)
async def test_S2_one_parent_who_can_is_enough(
    check: Any, give: Any, citizen: Any, child_of: Any, levels: tuple[str | None, ...], through_others: bool
) -> None:
    parents = [citizen(date(1988, 2, 2), place) for place in range(len(levels))]
    child = child_of(CHILD, *parents)
    await give({child: "full", **{p.number: level for p, level in zip(parents, levels, strict=True)}})
    [item] = await check([child])
    assert shown(item) == (False, through_others, ["too-young"])


@pytest.mark.parametrize(("level", "reason"), [(None, "no-consent"), ("basis", "consent-basis-only")])
async def test_S2_without_consent_of_their_own_a_child_is_reached_by_nobody(
    check: Any, give: Any, mother: Any, child_of: Any, level: str | None, reason: str
) -> None:
    child = child_of(CHILD, mother)
    await give({child: level})
    [item] = await check([child])
    assert shown(item) == (False, False, [reason, "too-young"])


@pytest.mark.parametrize("who", ["child", "mother"])
@pytest.mark.parametrize("facts", [{"confidentialAddress": True}, {"status": "deceased"}])
async def test_S5_confidential_and_dead_people_neither_represent_nor_are_represented(
    check: Any, give: Any, mother: Any, child_of: Any, register: Any, who: str, facts: dict[str, Any]
) -> None:
    child = child_of(CHILD, mother)
    await give({child: "full"})
    register.say({"child": child, "mother": mother.number}[who], **facts)
    [item] = await check([child])
    deceased = ["deceased"] if who == "child" and "status" in facts else []
    assert shown(item) == (False, False, [*deceased, "too-young"])


async def test_S2_a_confidential_address_keeps_nobody_from_their_own(check: Any, give: Any, register: Any) -> None:
    register.say(NUMBER, confidentialAddress=True)
    await give({NUMBER: "full"})
    assert shown((await check([NUMBER]))[0]) == (True, False, [])


async def test_S2_the_dead_are_not_active(check: Any, give: Any, register: Any) -> None:
    register.say(NUMBER, status="deceased")
    await give({NUMBER: "full"})
    assert shown((await check([NUMBER]))[0]) == (False, False, ["deceased"])


async def test_S2_who_has_moved_abroad_is_reached_all_the_same(check: Any, give: Any, register: Any) -> None:
    register.say(NUMBER, status="emigrated")
    await give({NUMBER: "full"})
    assert shown((await check([NUMBER]))[0]) == (True, False, [])


async def test_S2_a_number_that_is_nobodys_is_reported_in_its_place(check: Any, give: Any, register: Any) -> None:
    nobody = generate(GROWN_UP, 1)
    register.unknown.add(nobody)
    await give({NUMBER: "full"})
    before, item, after = await check([NUMBER, nobody, NUMBER])
    assert before == after
    assert before["active"] is True
    assert (item["error"]["code"], item["active"], item["reasons"]) == ("person-unknown", False, [])


async def test_S2_S4_reserved_against_research_is_a_reason_there_and_nowhere_else(
    check: Any, give: Any, kari: Any
) -> None:
    await give({kari.number: "full"})
    await kari.put("/v1/me/reservations/research-contact", '{"reserved": true}', {"If-Match": '"0"'})
    await kari.put("/v1/me/reservations/survey-contact", '{"reserved": true}', {"If-Match": '"0"'})
    answers = {area: (await check([kari.number], area))[0]["reasons"] for area in ("research", "health-care")}
    assert answers == {"research": ["reserved"], "health-care": []}


@pytest.mark.parametrize(
    ("now", "granted", "area", "expected"),
    [
        (datetime(2024, 2, 28, 22, 59, tzinfo=UTC), True, "youth", (False, True, ["too-young"])),
        (datetime(2024, 2, 28, 23, 0, tzinfo=UTC), True, "youth", (True, False, [])),
        (datetime(2024, 2, 29, 12, tzinfo=UTC), False, "youth", (False, False, ["too-young"])),
        (datetime(2024, 2, 28, 22, 59, tzinfo=UTC), True, "health-care", (False, True, ["too-young"])),
        (datetime(2024, 2, 28, 23, 0, tzinfo=UTC), True, "health-care", (True, True, [])),
        (datetime(2024, 2, 29, 12, tzinfo=UTC), False, "health-care", (False, True, ["too-young"])),
        (datetime(2024, 2, 29, 12, tzinfo=UTC), True, "research", (False, True, ["too-young"])),
        (datetime(2024, 2, 29, 12, tzinfo=UTC), True, "administration", (False, True, ["too-young"])),
        (datetime(2028, 2, 29, 12, tzinfo=UTC), False, "youth", (True, False, [])),
        (datetime(2028, 2, 29, 12, tzinfo=UTC), False, "health-care", (True, False, [])),
    ],
)
async def test_S5_young_people_with_an_own_access_are_active_in_what_is_theirs_from_12(
    check: Any,
    give: Any,
    mother: Any,
    child_of: Any,
    database: Any,
    reference: Any,
    clock: Any,
    now: datetime,
    granted: bool,
    area: str,
    expected: Any,
) -> None:
    clock.now = now
    young = child_of(date(2012, 2, 29), mother)
    await give({young: "full"})
    async with database.driver() as connection:
        await connection.execute("INSERT INTO own_access VALUES ($1, $2, 1, $3)", reference(young), granted, now)
    assert shown((await check([young], area))[0]) == expected


@pytest.mark.parametrize(
    ("area", "holder_level", "expected"),
    [("health-care", "full", True), ("research", "full", False), ("health-care", "basis", False)],
)
async def test_S5_a_power_of_attorney_reaches_in_its_areas(
    check: Any, give: Any, kari: Any, ola: Any, area: str, holder_level: str, expected: bool
) -> None:
    await give({kari.number: "full", ola.number: holder_level})
    wanted = {"holder": {"nationalId": ola.number, "name": ola.name}, "areas": ["health-care"], "validTo": "2026-12-31"}
    assert (await kari.post("/v1/me/representations", wanted)).status_code == 201
    giver, holder = await check([kari.number, ola.number], area)
    assert (giver["active"], giver["activeThroughOthers"]) == (True, expected)
    assert holder["activeThroughOthers"] is False


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 30, 23, 0, 0, tzinfo=UTC), True),
        (datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 12, 31, 23, 0, 0, tzinfo=UTC), False),
    ],
)
async def test_S5_a_power_of_attorney_reaches_from_its_first_day_to_its_last(
    check: Any, give: Any, kari: Any, ola: Any, clock: Any, now: datetime, expected: bool
) -> None:
    await give({kari.number: "full", ola.number: "full"})
    days = {"validFrom": "2026-12-01", "validTo": "2026-12-31"}
    wanted = {"holder": {"nationalId": ola.number, "name": ola.name}, "areas": ["health-care"], **days}
    await kari.post("/v1/me/representations", wanted)
    clock.now = now
    assert (await check([kari.number]))[0]["activeThroughOthers"] is expected


async def test_S5_somebody_assigned_is_told_apart(
    check: Any, give: Any, verify: Any, kari: Any, ola: Any, assign: Any
) -> None:
    await give({kari.number: "full", ola.number: "full"})
    await assign(kari.number, ola.number)
    for kind in ({}, {"personal": True}):
        assert (await verify(ola.number, kari.number, "power-of-attorney", **kind))["allowed"] is True
    [item] = await check([kari.number])
    assert (item["activeThroughOthers"], item["assignedRepresentative"]) == (True, True)


@pytest.mark.parametrize(
    ("born", "area", "allowed", "through_others"),
    [
        (CHILD, "health-care", True, True),
        (CHILD, "research", False, False),
        (YOUNG, "health-care", True, True),
        (YOUNG, "administration", True, True),
    ],
)
async def test_S5_a_guardian_acts_for_a_child_as_the_scope_says(
    check: Any, give: Any, verify: Any, ola: Any, child_of: Any, assign: Any, born: date, area: str, allowed: bool,
    through_others: bool,
) -> None:  # fmt: skip
    child = child_of(born)
    await give({child: "full", ola.number: "full"})
    await check([child])
    await assign(child, ola.number)
    answer = await verify(ola.number, child, "power-of-attorney", area)
    assert (answer["allowed"], answer["narrowed"]) == (allowed, allowed and born == YOUNG)
    assert shown((await check([child], area))[0]) == (False, through_others, ["too-young"])


async def test_S5_a_guardian_has_no_part_in_what_is_a_young_persons_own(
    check: Any, give: Any, verify: Any, ola: Any, child_of: Any, assign: Any
) -> None:
    young = child_of(YOUNG)
    await give({young: "full", ola.number: "full"})
    await check([young])
    await assign(young, ola.number)
    answer = await verify(ola.number, young, "power-of-attorney", youngPersonsOwn=True)
    assert (answer["allowed"], answer["reason"]) == (False, "young-persons-own")


def test_S2_the_rule_as_a_table() -> None:
    assert standing("health-care", "full", "adult") == Standing(())
    assert standing("health-care", "basis", "adult", represented=True) == Standing(("consent-basis-only",))
    assert standing("health-care", "full", "child", represented=True) == Standing(("too-young",), True)
    assert standing("research", "full", "adult", reserved=True, represented=True) == Standing(("reserved",))
    assert standing("health-care", "none", "child", deceased=True, reserved=True, represented=True) == Standing(
        ("deceased", "no-consent", "reserved", "too-young")
    )


@pytest.fixture
def as_ehr(send: Any) -> Any:
    async def ask(numbers: list[str], omraade: Any = 3, **more: Any) -> httpx.Response:
        answer: httpx.Response = await send("POST", PATH, {"fnrListe": numbers, "omraade": omraade} | more)
        return answer

    return ask


async def test_S2_record_systems_are_answered_in_their_shape(
    as_ehr: Any, give: Any, mother: Any, child_of: Any, kari: Any, ola: Any, assign: Any, register: Any
) -> None:
    child, nobody = child_of(CHILD, mother), generate(GROWN_UP, 1)
    register.unknown.add(nobody)
    await give({child: "full", kari.number: "full", ola.number: "full"})
    await assign(kari.number, ola.number)
    numbers = [ola.number, child, kari.number, nobody, "123", ola.number, '"\\']
    answer = await as_ehr(numbers)
    assert answer.status_code == 200
    nothing = {"erAktivSelv": False, "erAktivViaAndre": False, "tildeltFullmakt": False}
    assert answer.json() == {
        "erAktivListe": {
            ola.number: nothing | {"erAktivSelv": True},
            child: nothing | {"erAktivViaAndre": True},
            kari.number: dict.fromkeys(nothing, True),
            nobody: nothing,
            "123": nothing,
            '"\\': nothing,
        }
    }


@pytest.mark.parametrize(("omraade", "via"), [(3, True), (6, False), ("Helsehjelp", True), ("Ungdom", False)])
async def test_S2_area_codes_of_record_systems(
    as_ehr: Any, give: Any, mother: Any, child_of: Any, omraade: Any, via: bool
) -> None:
    young = child_of(YOUNG, mother)
    await give({young: "full"})
    assert (await as_ehr([young], omraade)).json()["erAktivListe"][young]["erAktivViaAndre"] is via


async def test_S2_record_systems_may_send_what_we_do_not_know(as_ehr: Any) -> None:
    assert (await as_ehr([NUMBER], kallId="7")).status_code == 200


@pytest.mark.parametrize("omraade", [0, 1, 2, 4, 5, 7, "3", "helsehjelp", None, True, [3]])
async def test_S2_other_area_codes_are_refused(as_ehr: Any, omraade: Any) -> None:
    refused = await as_ehr([NUMBER], omraade)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-input")


@pytest.mark.parametrize("count", [0, 1001])
async def test_S2_record_systems_ask_about_one_to_a_thousand(as_ehr: Any, count: int) -> None:
    refused = await as_ehr([NUMBER] * count)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-input")
    assert NUMBER not in refused.text


async def test_S2_a_surrogate_in_the_list_of_a_record_system_is_refused(client: httpx.AsyncClient, system: Any) -> None:
    body = json.dumps({"fnrListe": ["\ud800"], "omraade": 3})
    headers = system("POST", PATH) | {"Content-Type": "application/json"}
    refused = await client.post(PATH, content=body, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-input")


async def test_S2_the_scope_is_needed_also_here(send: Any) -> None:
    refused = await send("POST", PATH, {"fnrListe": [NUMBER], "omraade": 3}, scope="nhn:verktoykatalog/supplier")
    assert (refused.status_code, refused.json()["code"]) == (403, "scope-missing")


async def test_S2_a_text_longer_than_the_contract_says_is_refused(send: Any) -> None:
    refused = await send("POST", PATH, {"fnrListe": ["0" * 10_001], "omraade": 3})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "string-too-long")
