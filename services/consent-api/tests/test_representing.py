"""Acting for somebody else: on one's own pages here, and verified for the other services (S5)."""

from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from shared.nationalid import NationalId

CHILD = date(2018, 6, 1)
YOUNG = date(2012, 6, 1)
FULL = '{"level": "full"}'


@pytest.fixture
def family(citizen: Any, mother: Any, register: Any) -> Any:
    """A child born on this day, whose mother is `mother`."""

    def of(born: date) -> Any:
        child = citizen(born)
        register.parents[child.number] = [mother.number]
        return child

    return of


@pytest.mark.parametrize("born", [CHILD, YOUNG])
async def test_S5_a_parent_sets_the_level_of_a_child_under_16(family: Any, mother: Any, rows: Any, born: date) -> None:
    child = family(born)
    acting = mother.acting_for(child.number)
    answer = await acting.set_level("full", '"0"')
    assert (answer.status_code, answer.json()["level"]) == (200, "full")
    assert (await mother.get("/v1/me/consent")).json()["version"] == 1, "the mother's own is as it was"
    history = (await acting.get("/v1/me/consent/history")).json()["items"]
    assert [(step["level"], step["actedBy"]) for step in history] == [("full", "representative")]


async def test_S5_who_acted_for_whom_is_recorded(family: Any, mother: Any, rows: Any, reference: Any) -> None:
    child = family(CHILD)
    await mother.acting_for(child.number).set_level("full", '"0"')
    [step] = [row for row in await rows("consent_history") if row["citizen"] == reference(child.number)]
    assert step["acted_by"] == reference(mother.number)
    [call] = await rows("access_call")
    assert (call["actor"], call["represented"]) == (reference(mother.number), reference(child.number))
    assert (call["relation"], call["act"], call["allowed"]) == ("parent", "change", True)
    assert {row["citizen"] for row in await rows("access_entry")} == {call["actor"], call["represented"]}


async def test_S5_at_16_the_parent_is_out_on_the_day(family: Any, mother: Any, clock: Any) -> None:
    child = family(YOUNG)
    acting = mother.acting_for(child.number)
    clock.now = datetime(2028, 5, 31, 21, 59, 59, tzinfo=UTC)
    assert (await acting.get("/v1/me/consent")).status_code == 200
    clock.now = datetime(2028, 5, 31, 22, 0, 0, tzinfo=UTC)
    refused = await acting.get("/v1/me/consent")
    assert (refused.status_code, refused.json()["reason"]) == (403, "relation-ended")
    assert (await child.get("/v1/me/consent")).status_code == 200


@pytest.mark.parametrize(("born", "code"), [(CHILD, "too-young"), (YOUNG, "own-access-missing")])
async def test_S5_a_child_does_not_choose_for_themselves(citizen: Any, rows: Any, born: date, code: str) -> None:
    refused = await citizen(born).set_level("full", '"0"')
    assert (refused.status_code, refused.json()["code"]) == (403, code)
    assert await rows("consent") == []


async def test_S5_a_stranger_represents_nobody(family: Any, kari: Any, give: Any, rows: Any) -> None:
    await give({kari.number: "full"})
    child, before = family(CHILD), await rows("consent")
    for relation in ("parent", "power-of-attorney"):
        refused = await kari.acting_for(child.number, relation).set_level("full", '"0"')
        assert (refused.status_code, refused.json()["code"]) == (403, "representation-not-allowed")
        assert refused.json()["reason"] == "no-relation"
    assert await rows("consent") == before


@pytest.mark.parametrize("who", ["child", "mother"])
async def test_S5_a_confidential_address_is_answered_as_having_nothing_to_do_with_each_other(
    family: Any, mother: Any, kari: Any, give: Any, register: Any, who: str
) -> None:
    child = family(CHILD)
    await give({kari.number: "full"})
    register.say({"child": child, "mother": mother}[who].number, confidentialAddress=True)
    hidden = await mother.acting_for(child.number).get("/v1/me/consent")
    stranger = await kari.acting_for(child.number).get("/v1/me/consent")
    assert hidden.status_code == stranger.status_code == 403
    assert hidden.json() | {"instance": ""} == stranger.json() | {"instance": ""}


async def test_S5_a_parent_needs_full_consent_of_their_own(citizen: Any, family: Any, give: Any, register: Any) -> None:
    father = citizen(date(1987, 2, 2))
    child = family(CHILD)
    register.parents[child.number].append(father.number)
    await give({father.number: "basis"})
    refused = await father.acting_for(child.number).set_level("full", '"0"')
    assert (refused.status_code, refused.json()["reason"]) == (403, "actor-consent-too-low")


async def test_S5_the_log_of_a_young_person_is_not_for_parents(family: Any, mother: Any) -> None:
    child, young = family(CHILD), family(YOUNG)
    assert (await mother.acting_for(child.number).get("/v1/me/access-log")).status_code == 200
    refused = await mother.acting_for(young.number).get("/v1/me/access-log")
    assert (refused.status_code, refused.json()["reason"]) == (403, "young-persons-own")
    assert (await mother.acting_for(young.number).get("/v1/me/consent")).status_code == 200


async def test_S5_what_the_register_says_is_asked_for_anew_after_ten_minutes(
    family: Any, mother: Any, register: Any, clock: Any
) -> None:
    child = family(CHILD)
    acting = mother.acting_for(child.number)
    assert (await acting.get("/v1/me/consent")).status_code == 200
    register.say(child.number, confidentialAddress=True)
    clock.go(minutes=9, seconds=59)
    assert (await acting.get("/v1/me/consent")).status_code == 200
    clock.go(seconds=1)
    assert (await acting.get("/v1/me/consent")).status_code == 403


async def test_S5_nobody_is_let_in_on_old_word_while_the_register_is_away(
    family: Any, mother: Any, register: Any, clock: Any
) -> None:
    acting = mother.acting_for(family(CHILD).number)
    assert (await acting.get("/v1/me/consent")).status_code == 200
    register.away = True
    assert (await acting.get("/v1/me/consent")).status_code == 200
    clock.go(minutes=10)
    away = await acting.get("/v1/me/consent")
    assert (away.status_code, away.json()["code"]) == (503, "person-register-unavailable")
    assert int(away.headers["Retry-After"]) > 0


async def test_S5_verifying_says_what_a_parent_may_of_a_young_person(verify: Any, family: Any, mother: Any) -> None:
    child, young = family(CHILD), family(YOUNG)
    assert await verify(mother.number, child.number) == {
        "allowed": True,
        "reason": None,
        "narrowed": False,
        "validUntil": "2030-05-31T22:00:00.000Z",
    }
    assert await verify(mother.number, young.number) == {
        "allowed": True,
        "reason": None,
        "narrowed": True,
        "validUntil": "2028-05-31T22:00:00.000Z",
    }
    assert (await verify(mother.number, young.number, area="youth"))["reason"] == "young-persons-own"
    assert (await verify(mother.number, young.number, youngPersonsOwn=True))["reason"] == "young-persons-own"
    assert (await verify(mother.number, child.number, youngPersonsOwn=True))["allowed"] is True
    assert (await verify(young.number, mother.number))["reason"] == "no-relation"


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        (date(1980, 1, 1), {"allowed": True, "reason": None, "narrowed": False}),
        (date(2010, 11, 22), {"allowed": True, "reason": None, "narrowed": False}),
        (date(2010, 11, 23), {"allowed": False, "reason": "own-access-missing", "narrowed": False}),
        (date(2014, 11, 22), {"allowed": False, "reason": "own-access-missing", "narrowed": False}),
        (date(2014, 11, 23), {"allowed": False, "reason": "too-young", "narrowed": False}),
    ],
)
async def test_S5_verifying_somebody_who_acts_for_themselves(
    verify: Any, citizen: Any, rows: Any, born: date, expected: dict[str, Any]
) -> None:
    assert await verify(citizen(born).number) == expected | {"validUntil": None}
    assert await rows("access_call") == []


async def test_S5_nobody_represents_themselves(send: Any, mother: Any) -> None:
    who = {"nationalId": mother.number}
    body = {"actor": who, "represented": who, "relation": "parent", "area": "health-care", "act": "read"}
    refused = await send("POST", "/v1/representations/verify", body, scope="nhn:samtykke/representation")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "same-person")


async def test_S5_every_verifying_is_logged_with_both_and_who_asked(
    verify: Any, family: Any, mother: Any, kari: Any, rows: Any, reference: Any
) -> None:
    child = family(CHILD)
    await verify(mother.number, child.number, act="change")
    await verify(kari.number, child.number)
    allowed, refused = await rows("access_call")
    assert (allowed["act"], allowed["allowed"], allowed["about"]) == ("change", True, "health-care")
    assert (refused["act"], refused["allowed"], refused["actor"]) == ("read", False, reference(kari.number))
    assert allowed["organisation"] == "999977774"
    assert len(await rows("access_entry")) == 4


async def test_S5_verifying_asks_the_register_once_in_ten_minutes(
    verify: Any, family: Any, mother: Any, register: Any, clock: Any
) -> None:
    child = family(CHILD)
    for _ in range(3):
        await verify(mother.number, child.number)
    assert len(register.asked) == 1
    clock.go(minutes=10)
    await verify(mother.number, child.number)
    assert len(register.asked) == 2


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"relation": None}, 422, "invalid-input"),
        ({"represented": None}, 422, "invalid-input"),
        ({"area": "shopping"}, 422, "invalid-input"),
        ({"act": "delete"}, 422, "invalid-input"),
        ({"relation": "neighbour"}, 422, "invalid-input"),
        ({"actor": {"nationalId": "12"}}, 422, "national-id-malformed"),
    ],
)
async def test_S5_a_question_about_representation_that_is_none(
    send: Any, kari: Any, ola: Any, body: dict[str, Any], status: int, code: str
) -> None:
    whole = {
        "actor": {"nationalId": kari.number},
        "represented": {"nationalId": ola.number},
        "relation": "parent",
        "area": "health-care",
        "act": "read",
    }
    refused = await send("POST", "/v1/representations/verify", whole | body, scope="nhn:samtykke/representation")
    assert (refused.status_code, refused.json()["code"]) == (status, code)


async def test_S5_verifying_is_for_our_own_services(send: Any, kari: Any, client: httpx.AsyncClient) -> None:
    body = {"actor": {"nationalId": kari.number}, "area": "health-care", "act": "read"}
    refused = await send("POST", "/v1/representations/verify", body)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope-missing")
    assert (await kari.post("/v1/representations/verify", body)).json()["code"] == "scheme-not-accepted"


async def test_S5_a_number_that_does_not_tell_its_century_is_judged_by_the_registers_date(
    verify: Any, clock: Any, register: Any
) -> None:
    clock.now = datetime(2033, 1, 1, 12, tzinfo=UTC)
    number = next(n for n in _series_of_2032() if not _parsed(n).century_known)
    register.say(number, birthDate="1932-06-01")
    assert (await verify(number))["allowed"] is True
    register.say(number, birthDate="2032-06-01")
    clock.go(minutes=10)
    assert (await verify(number))["reason"] == "too-young"


def _parsed(number: str) -> NationalId:
    return NationalId.parse(number, allow_synthetic=True, on=date(2033, 1, 1))


def _series_of_2032() -> Any:
    """Numbers of 1 June '32 whose first check digit leaves a remainder of 1."""
    weights_1, weights_2 = (3, 7, 6, 1, 8, 9, 4, 5, 2), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
    for individual in range(1000):
        nine = f"018632{individual:03}"
        first = (1 - sum(int(d) * w for d, w in zip(nine, weights_1, strict=True))) % 11
        second = -sum(int(d) * w for d, w in zip(f"{nine}{first}", weights_2, strict=True)) % 11 if first < 10 else 10
        if second < 10:
            yield f"{nine}{first}{second}"
