"""What stands against somebody's use of a citizen's tools, asked by reference at the moment of use (S5, S6)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

CHECK = "/v1/permissions/check"
SCOPE = "nhn:samtykke/representation"


@pytest.fixture
def permission(send: Any, reference: Any) -> Any:
    """The answer about this number, when it is used by this other one."""

    async def ask(citizen: str, actor: str | None = None, relation: str | None = None) -> dict[str, Any]:
        body = {"citizen": reference(citizen), "area": "health-care"}
        if actor:
            body |= {"actor": reference(actor), "relation": relation or "parent"}
        answer = await send("POST", CHECK, body, scope=SCOPE)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    return ask


ALLOWED = {"reasons": [], "narrowed": False, "validUntil": None}


@pytest.mark.rule("S6")
async def test_S6_level_is_what_it_is_this_moment(kari: Any, permission: Any) -> None:
    reasons = {None: ["no-consent"], "basis": ["consent-basis-only"], "full": [], "none": ["no-consent"]}
    for version, (level, expected) in enumerate(reasons.items(), -1):
        if level:
            assert (await kari.set_level(level, f'"{version}"')).status_code == 200
        assert (await permission(kari.number))["reasons"] == expected


@pytest.mark.rule("S6")
async def test_S6_the_dead_use_nothing(kari: Any, give: Any, register: Any, check: Any, permission: Any) -> None:
    await give({kari.number: "full"})
    assert await permission(kari.number) == ALLOWED
    register.say(kari.number, status="deceased", deceasedAt="2026-11-01")
    await check([kari.number])
    assert (await permission(kari.number))["reasons"] == ["deceased"]


@pytest.mark.rule("S5")
async def test_S5_power_of_attorney_holds_until_it_is_taken_back(
    kari: Any, ola: Any, give: Any, verify: Any, permission: Any, rows: Any
) -> None:
    await give({kari.number: "full", ola.number: "full"})
    for relation in ("parent", "power-of-attorney"):
        assert (await permission(kari.number, ola.number, relation))["reasons"] == ["no-relation"]
    wanted = {"holder": {"nationalId": ola.number, "name": ola.name}, "areas": ["health-care"]}
    given = await kari.post("/v1/me/representations", wanted | {"validTo": "2026-12-31"})
    assert given.status_code == 201, given.text
    logged = await rows("access_call")
    held = await permission(kari.number, ola.number, "power-of-attorney")
    assert held == {"reasons": [], "narrowed": False, "validUntil": "2026-12-31T23:00:00.000Z"}
    assert (await permission(kari.number, ola.number, "parent"))["reasons"] == ["no-relation"]
    await kari.delete(given.headers["Location"])
    assert (await permission(kari.number, ola.number, "power-of-attorney"))["reasons"] == ["ended"]
    assert await rows("access_call") == logged, "what was verified and logged at the opening is not logged again"


@pytest.mark.rule("S5")
async def test_S5_reasons_against_the_citizen_and_against_who_acts_come_together(
    citizen: Any, mother: Any, register: Any, verify: Any, give: Any, permission: Any, clock: Any
) -> None:
    child = citizen(date(2015, 6, 1))
    register.parents[child.number] = [mother.number]
    assert (await verify(mother.number, child.number))["allowed"]
    assert (await permission(child.number, mother.number))["reasons"] == ["no-consent"]
    await give({child.number: "full"})
    held = await permission(child.number, mother.number)
    assert held == {"reasons": [], "narrowed": False, "validUntil": "2027-05-31T22:00:00.000Z"}
    await mother.set_level("none", '"1"')
    assert (await permission(child.number, mother.number))["reasons"] == ["actor-consent-too-low"]
    clock.now = datetime(2031, 6, 1, tzinfo=UTC)
    assert (await permission(child.number, mother.number))["reasons"] == ["relation-ended"]


@pytest.mark.rule("S5")
async def test_S5_a_parents_right_is_no_older_than_what_was_opened_by_it(
    citizen: Any, mother: Any, register: Any, verify: Any, give: Any, permission: Any, clock: Any
) -> None:
    child = citizen(date(2015, 6, 1))
    await give({child.number: "full"})
    register.parents[child.number] = [mother.number]
    await verify(mother.number, child.number)
    clock.go(minutes=19, seconds=59)
    assert (await permission(child.number, mother.number))["reasons"] == []
    clock.go(seconds=1)
    with pytest.raises(AssertionError, match="person-register-unavailable"):
        await permission(child.number, mother.number)
    register.parents[child.number] = []
    assert not (await verify(mother.number, child.number))["allowed"]
    assert (await permission(child.number, mother.number))["reasons"] == ["no-relation"]


@pytest.mark.rule("S5")
async def test_S5_own_access_that_was_taken_back_is_none(
    citizen: Any, mother: Any, register: Any, give: Any, permission: Any
) -> None:
    young = citizen(date(2012, 6, 1))
    await give({young.number: "full"})
    register.parents[young.number] = [mother.number]
    acting = mother.acting_for(young.number)
    for version, granted, reasons in ((0, True, []), (1, False, ["own-access-missing"])):
        headers = {"If-Match": f'"{version}"'}
        answer = await acting.put("/v1/me/own-access", f'{{"granted": {str(granted).lower()}}}', headers)
        assert answer.status_code == 200, answer.text
        found = await permission(young.number)
        assert (found["reasons"], found["narrowed"]) == (reasons, granted)


async def test_only_our_own_services_ask_and_what_is_no_question_is_refused(
    kari: Any, ola: Any, send: Any, reference: Any
) -> None:
    whole = {"citizen": reference(kari.number), "area": "health-care"}
    other = await send("POST", CHECK, whole, scope="nhn:helsenorge.eksternapi/helsenorgeaktivsjekken")
    assert (other.status_code, other.json()["code"]) == (403, "scope-missing")
    half = {"actor": reference(ola.number)}, {"relation": "parent"}
    wrong = ({"citizen": "k1-"}, {"citizen": kari.number}, {"area": "everything"}, *half)
    for change in wrong:
        refused = await send("POST", CHECK, whole | change, scope=SCOPE)
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid-input")
        assert kari.number not in refused.text
