"""Powers of attorney: given, listed, used, taken back (S5)."""

import asyncio
import json
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from consent_api.representation.acting import OwnAffairs
from consent_api.representation.models import Acting
from devkit.testing.cursors import cursor_for

PATH = "/v1/me/representations"
LAST_DAY = "2026-12-31"


def wanted(holder: Any, **changes: Any) -> dict[str, Any]:
    body = {
        "holder": {"nationalId": holder.number, "name": holder.name},
        "areas": ["health-care", "administration"],
        "validTo": LAST_DAY,
    }
    return body | changes


@pytest.fixture
async def both_consent(give: Any, kari: Any, ola: Any) -> None:
    await give({kari.number: "full", ola.number: "full"})


async def test_S5_both_see_a_power_of_attorney_with_the_others_name(kari: Any, ola: Any, clock: Any) -> None:
    given = await kari.post(PATH, wanted(ola, areas=["research", "health-care"]))
    assert given.status_code == 201
    expected = {
        "id": given.json()["id"],
        "direction": "given",
        "name": "Person 9000",
        "areas": ["health-care", "research"],
        "validFrom": "2026-11-22",
        "validTo": LAST_DAY,
        "state": "in-force",
        "assigned": False,
        "givenAt": clock.written,
        "revokedAt": None,
    }
    assert given.json() == expected
    assert given.headers["Location"] == f"{PATH}/{expected['id']}"
    assert (await kari.get(PATH)).json() == {"items": [expected], "nextCursor": None}
    received = {"direction": "received", "name": "Person 7500"}
    assert (await ola.get(PATH)).json() == {"items": [expected | received], "nextCursor": None}


@pytest.mark.usefixtures("both_consent")
async def test_S5_the_holder_acts_in_the_areas_until_the_last_day(verify: Any, kari: Any, ola: Any, clock: Any) -> None:
    async def reason(area: str = "health-care") -> str | None:
        answer = await verify(ola.number, kari.number, "power-of-attorney", area)
        found: str | None = answer["reason"]
        return found

    assert await reason() == "no-relation"
    await kari.post(PATH, wanted(ola, validFrom="2026-12-01"))
    assert await reason() == "not-begun"
    clock.now = datetime(2026, 11, 30, 23, 0, tzinfo=UTC)
    assert await reason() is None
    assert await reason("research") == "area-not-covered"
    assert (await verify(ola.number, kari.number, "power-of-attorney", personal=True))["reason"] == "personal"
    clock.now = datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC)
    assert await reason() is None
    clock.now = datetime(2026, 12, 31, 23, 0, 0, tzinfo=UTC)
    assert await reason() == "ended"


@pytest.mark.usefixtures("both_consent")
@pytest.mark.parametrize("who", ["giver", "holder"])
async def test_S5_either_takes_it_back_at_once(verify: Any, kari: Any, ola: Any, clock: Any, who: str) -> None:
    power = (await kari.post(PATH, wanted(ola))).json()
    ending = {"giver": kari, "holder": ola}[who]
    clock.go(minutes=1)
    for _ in range(2):
        assert (await ending.delete(f"{PATH}/{power['id']}")).status_code == 204
    assert (await verify(ola.number, kari.number, "power-of-attorney"))["reason"] == "ended"
    [item] = (await kari.get(PATH)).json()["items"]
    assert (item["state"], item["revokedAt"]) == ("revoked", clock.written)


async def test_S5_a_third_person_takes_back_nothing(kari: Any, ola: Any, citizen: Any) -> None:
    power = (await kari.post(PATH, wanted(ola))).json()
    third = citizen(date(1960, 1, 1))
    for refused in (await third.delete(f"{PATH}/{power['id']}"), await kari.delete(f"{PATH}/{uuid4()}")):
        assert (refused.status_code, refused.json()["code"]) == (404, "not-found")
    assert (await third.get(PATH)).json()["items"] == []
    assert (await kari.get(PATH)).json()["items"][0]["state"] == "in-force"


async def test_S5_between_two_people_there_is_one_at_a_time(kari: Any, ola: Any, clock: Any) -> None:
    first = (await kari.post(PATH, wanted(ola))).json()
    refused = await kari.post(PATH, wanted(ola, areas=["research"]))
    assert (refused.status_code, refused.json()["code"]) == (409, "representation-exists")
    assert (await ola.post(PATH, wanted(kari))).status_code == 201, "the other way is another one"
    await kari.delete(f"{PATH}/{first['id']}")
    second = await kari.post(PATH, wanted(ola))
    assert second.status_code == 201
    clock.now = datetime(2027, 1, 1, 12, tzinfo=UTC)
    third = await kari.post(PATH, wanted(ola, validTo="2027-06-30"))
    assert third.status_code == 201, "the one before has run out"
    given = [item["id"] for item in (await kari.get(PATH)).json()["items"] if item["direction"] == "given"]
    assert given == [third.json()["id"]]


async def test_S5_of_several_at_once_one_is_given(kari: Any, ola: Any, rows: Any) -> None:
    answers = await asyncio.gather(*(kari.post(PATH, wanted(ola)) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 7]
    assert len(await rows("power_of_attorney")) == len(await rows("power_of_attorney_history")) == 1


@pytest.mark.parametrize(
    ("born", "now", "status"),
    [
        (date(2008, 11, 22), datetime(2026, 11, 21, 23, 0, tzinfo=UTC), 201),
        (date(2008, 11, 22), datetime(2026, 11, 21, 22, 59, 59, tzinfo=UTC), 422),
        (date(2008, 2, 29), datetime(2026, 2, 28, 12, tzinfo=UTC), 422),
        (date(2008, 2, 29), datetime(2026, 3, 1, 12, tzinfo=UTC), 201),
    ],
)
async def test_S5_a_holder_is_18(kari: Any, citizen: Any, clock: Any, born: date, now: datetime, status: int) -> None:
    clock.now = now
    answer = await kari.post(PATH, wanted(citizen(born)))
    assert answer.status_code == status
    if status == 422:
        assert answer.json()["code"] == "holder-too-young"


@pytest.mark.parametrize(
    ("born", "status"), [(date(2010, 11, 22), 201), (date(2010, 11, 23), 403), (date(2015, 1, 1), 403)]
)
async def test_S5_a_giver_is_16(citizen: Any, ola: Any, born: date, status: int) -> None:
    answer = await citizen(born).post(PATH, wanted(ola))
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["code"] == "too-young"
        assert answer.json()["detail"] == "Dette kan du gjøre selv når du har fylt 16 år.", "no parent can do it either"


@pytest.mark.parametrize("facts", [{"status": "deceased"}, {"confidentialAddress": True}, "unknown", "oneself"])
async def test_S5_who_cannot_be_given_one_is_not_told_apart(
    kari: Any, ola: Any, register: Any, rows: Any, facts: Any
) -> None:
    if facts == "unknown":
        register.unknown.add(ola.number)
    elif facts != "oneself":
        register.say(ola.number, **facts)
    refused = await kari.post(PATH, wanted(kari if facts == "oneself" else ola))
    assert (refused.status_code, refused.json()["code"]) == (422, "representative-not-eligible")
    assert refused.json().keys() == {"type", "title", "status", "detail", "instance", "code"}
    assert await rows("power_of_attorney") == []


async def test_S5_whoever_has_a_confidential_address_gives_none(kari: Any, ola: Any, register: Any) -> None:
    register.say(kari.number, confidentialAddress=True)
    refused = await kari.post(PATH, wanted(ola))
    assert (refused.status_code, refused.json()["code"]) == (409, "giving-not-possible")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"validFrom": "2026-11-21"}, "period-invalid"),
        ({"validTo": "2026-11-21"}, "period-invalid"),
        ({"validFrom": "2027-01-02", "validTo": "2027-01-01"}, "period-invalid"),
        ({"validTo": "9999-12-31"}, "period-invalid"),
        ({"holder": {"nationalId": "123"}}, "national-id-malformed"),
        ({"holder": {"nationalId": "01837500068"}}, "national-id-check-digits"),
        ({"areas": []}, "invalid-input"),
        ({"areas": ["shopping"]}, "invalid-input"),
        ({"validTo": None}, "invalid-input"),
        ({"until": LAST_DAY}, "invalid-input"),
    ],
)
async def test_S5_what_is_no_power_of_attorney_is_refused(
    kari: Any, ola: Any, rows: Any, changes: dict[str, Any], code: str
) -> None:
    refused = await kari.post(PATH, wanted(ola) | changes)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert await rows("power_of_attorney", "outbox") == []


async def test_S5_the_register_must_answer(kari: Any, ola: Any, register: Any) -> None:
    register.away = True
    away = await kari.post(PATH, wanted(ola))
    assert (away.status_code, away.json()["code"]) == (503, "person-register-unavailable")


async def test_S5_a_repeated_request_gives_one_and_the_same_answer(
    kari: Any, ola: Any, register: Any, rows: Any
) -> None:
    key = {"Idempotency-Key": "once"}
    first = await kari.post(PATH, wanted(ola), key)
    register.away = True
    again = await kari.post(PATH, wanted(ola), key)
    assert (again.status_code, again.json(), again.headers["Idempotency-Replayed"]) == (201, first.json(), "true")
    other = await kari.post(PATH, wanted(ola, areas=["research"]), key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert len(await rows("power_of_attorney")) == 1


async def test_S5_nobody_gives_one_on_behalf_of_somebody(mother: Any, citizen: Any, register: Any, ola: Any) -> None:
    child = citizen(date(2018, 1, 1))
    register.parents[child.number] = [mother.number]
    for refused in (
        await mother.acting_for(child.number).post(PATH, wanted(ola)),
        await mother.acting_for(child.number).get(PATH),
    ):
        assert (refused.status_code, refused.json()["reason"]) == (403, "personal")


@pytest.mark.usefixtures("both_consent")
async def test_S5_a_holder_reads_but_does_not_choose(kari: Any, ola: Any, rows: Any) -> None:
    await kari.post(PATH, wanted(ola))
    acting = ola.acting_for(kari.number, "power-of-attorney")
    for path in ("/v1/me/consent", "/v1/me/reservations", "/v1/me/access-log"):
        assert (await acting.get(path)).status_code == 200
    before = await rows("consent", "consent_history")
    refused = await acting.set_level("none", '"1"')
    assert (refused.status_code, refused.json()["reason"]) == (403, "personal")
    assert await rows("consent", "consent_history") == before


@pytest.mark.usefixtures("both_consent")
async def test_S5_a_holder_without_administration_reads_nothing_here(kari: Any, ola: Any) -> None:
    await kari.post(PATH, wanted(ola, areas=["health-care"]))
    refused = await ola.acting_for(kari.number, "power-of-attorney").get("/v1/me/consent")
    assert (refused.status_code, refused.json()["reason"]) == (403, "area-not-covered")


@pytest.mark.usefixtures("both_consent")
async def test_S5_whoever_is_assigned_chooses_for_the_person(kari: Any, ola: Any, assign: Any) -> None:
    await assign(kari.number, ola.number)
    acting = ola.acting_for(kari.number, "power-of-attorney")
    assert (await acting.set_level("basis", '"1"')).json()["level"] == "basis"
    assert (await ola.get(PATH)).json()["items"][0]["assigned"] is True


async def test_S5_each_step_is_an_event_and_history(kari: Any, ola: Any, rows: Any, reference: Any, clock: Any) -> None:
    power = (await kari.post(PATH, wanted(ola))).json()
    clock.go(minutes=1)
    await kari.delete(f"{PATH}/{power['id']}")
    await kari.post(PATH, wanted(ola, validFrom="2026-12-01"))
    events = [row["payload"]["data"] for row in await rows("outbox")]
    usual = {
        "citizen": reference(kari.number),
        "representative": reference(ola.number),
        "relation": "power-of-attorney",
        "areas": ["administration", "health-care"],
        "validTo": LAST_DAY,
    }
    assert [event | usual for event in events] == events
    assert [(event["version"], event["active"]) for event in events] == [(1, True), (2, False), (3, False)]
    assert events[2]["validFrom"] == "2026-12-01"
    history = await rows("power_of_attorney_history")
    assert [(row["version"], row["change"]) for row in history] == [(1, "given"), (2, "revoked"), (3, "given")]
    assert {row["acted_by"] for row in history} == {reference(kari.number)}


async def test_pages_of_powers_of_attorney_and_their_entity_tag(kari: Any, citizen: Any, clock: Any) -> None:
    for place in range(3):
        clock.go(seconds=1)
        await kari.post(PATH, wanted(citizen(date(1960, 1, 1), place)))
    first = await kari.get(f"{PATH}?limit=2")
    second = await kari.get(f"{PATH}?limit=2&cursor={first.json()['nextCursor']}")
    times = [item["givenAt"] for item in first.json()["items"] + second.json()["items"]]
    assert times == sorted(times, reverse=True)
    assert (len(times), second.json()["nextCursor"]) == (3, None)
    known = await kari.get(f"{PATH}?limit=2", {"If-None-Match": first.headers["ETag"]})
    assert (known.status_code, known.content) == (304, b"")
    for wrong in ("nonsense", cursor_for("/v1/me/access-log", times[0], json.loads(first.content)["items"][0]["id"])):
        assert (await kari.get(f"{PATH}?cursor={wrong}")).json()["code"] == "cursor-invalid"
    assert json.loads(first.content)["items"][0]["id"] not in second.text


async def test_S5_giving_reads_the_token_itself_and_not_only_in_who_may_call(
    app: Any, client: Any, kari: Any, ola: Any, reference: Any
) -> None:
    """So nobody gives in another's name where the check of who calls were taken away by mistake."""
    [caller] = OwnAffairs.__metadata__  # type: ignore[attr-defined]
    citizen = reference(kari.number)
    app.dependency_overrides[caller.dependency] = lambda: Acting(citizen, citizen)
    try:
        answer = await client.post(PATH, json=wanted(ola))
    finally:
        app.dependency_overrides.clear()
    assert (answer.status_code, answer.json()["code"]) == (401, "token-missing")
