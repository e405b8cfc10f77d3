"""S4: what citizens have said no to, and asking before anything is sent."""

import asyncio
import json
from datetime import date
from typing import Any

import httpx
import pytest

from devkit.testing.national_ids import generate, population

PATH = "/v1/me/reservations/research-contact"
CHECK = "/v1/reservations/check"
SCOPE = "nhn:samtykke/reservations"
KINDS = ["research-contact", "survey-contact", "campaign-contact"]


@pytest.fixture
def reserve() -> Any:
    async def reserve(who: Any, kind: str = "research-contact", *, reserved: bool = True, etag: str = '"0"') -> Any:
        return await who.put(f"/v1/me/reservations/{kind}", json.dumps({"reserved": reserved}), {"If-Match": etag})

    return reserve


@pytest.fixture
def ask_about(send: Any) -> Any:
    async def ask(kind: str = "research-contact", **about: Any) -> Any:
        answer = await send("POST", CHECK, {"kind": kind} | about, scope=SCOPE)
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    return ask


async def test_S4_a_citizen_says_no_and_takes_it_back(kari: Any, reserve: Any, clock: Any) -> None:
    assert (await kari.get(PATH)).json() | {"name": ""} == {
        "kind": "research-contact",
        "name": "",
        "reserved": False,
        "version": 0,
        "changedAt": None,
    }
    made = await reserve(kari)
    assert (made.json()["reserved"], made.json()["version"], made.headers["ETag"]) == (True, 1, '"1"')
    assert made.json()["changedAt"] == clock.written
    lifted = await reserve(kari, reserved=False, etag='"1"')
    assert (lifted.json()["reserved"], lifted.json()["version"]) == (False, 2)
    listed = (await kari.get("/v1/me/reservations")).json()["items"]
    assert [(item["kind"], item["version"]) for item in listed] == list(zip(KINDS, (2, 0, 0), strict=True))


async def test_S4_one_kind_is_not_another(kari: Any, ola: Any, reserve: Any, ask_about: Any) -> None:
    await reserve(kari, "survey-contact")
    numbers = [kari.number, ola.number]
    reserved = {kind: [it["reserved"] for it in await ask_about(kind, nationalIds=numbers)] for kind in KINDS}
    assert reserved == {
        "research-contact": [False, False],
        "survey-contact": [True, False],
        "campaign-contact": [False, False],
    }


async def test_S4_asked_by_number_or_by_reference_in_the_order_asked(
    kari: Any, ola: Any, reserve: Any, ask_about: Any, reference: Any
) -> None:
    await reserve(kari)
    wrong = kari.number[:-1] + str((int(kari.number[-1]) + 1) % 10)
    by_number = await ask_about(nationalIds=[ola.number, kari.number, wrong, kari.number])
    assert [(it["nationalId"], it["reserved"]) for it in by_number] == [
        (ola.number, False),
        (kari.number, True),
        (wrong, True),
        (kari.number, True),
    ]
    assert [it["error"] and it["error"]["code"] for it in by_number] == [None, None, "national-id-check-digits", None]
    by_reference = await ask_about(citizens=[reference(kari.number), reference(ola.number)])
    assert [(it["citizen"], it["reserved"]) for it in by_reference] == [
        (reference(kari.number), True),
        (reference(ola.number), False),
    ]


async def test_S4_a_reservation_counts_from_the_moment_it_is_made(kari: Any, reserve: Any, ask_about: Any) -> None:
    for version, reserved in enumerate([True, False, True]):
        await reserve(kari, reserved=reserved, etag=f'"{version}"')
        assert [it["reserved"] for it in await ask_about(nationalIds=[kari.number])] == [reserved]


async def test_S4_a_thousand_at_once(give: Any, ask_about: Any, database: Any, reference: Any) -> None:
    numbers = population(1000, seed=5)
    async with database.driver() as connection:
        await connection.executemany(
            "INSERT INTO reservation VALUES ($1, 'research-contact', true, 1, now())",
            [(reference(number),) for number in numbers[::3]],
        )
    assert [it["reserved"] for it in await ask_about(nationalIds=numbers)] == [i % 3 == 0 for i in range(1000)]


async def test_S4_whoever_is_asked_about_can_read_it(kari: Any, ask_about: Any) -> None:
    await ask_about(nationalIds=[kari.number, kari.number])
    [entry] = (await kari.get("/v1/me/access-log")).json()["items"]
    assert (entry["kind"], entry["about"], entry["organisation"]) == ("reservation", "research-contact", "999977774")


async def test_S4_each_change_is_an_event_in_the_same_transaction(
    kari: Any, reserve: Any, rows: Any, reference: Any, clock: Any
) -> None:
    await reserve(kari)
    await reserve(kari, etag='"1"')
    [event] = [row["payload"] for row in await rows("outbox")]
    assert event["type"] == "consent.reservation-changed.v1"
    assert event["data"] == {
        "citizen": reference(kari.number),
        "version": 1,
        "changedAt": clock.written,
        "kind": "research-contact",
        "reserved": True,
    }
    [step] = await rows("reservation_history")
    assert (step["reserved"], step["acted_by"]) == (True, reference(kari.number))


async def test_S4_a_change_says_what_it_builds_on(kari: Any, reserve: Any, rows: Any) -> None:
    missing = await kari.put(PATH, '{"reserved": true}', {})
    assert (missing.status_code, missing.json()["code"]) == (428, "precondition-required")
    answers = await asyncio.gather(*(reserve(kari) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200, *[412] * 7]
    assert len(await rows("reservation_history")) == 1


async def test_S4_a_parent_reserves_a_child(
    mother: Any, citizen: Any, register: Any, reserve: Any, rows: Any, ask_about: Any, reference: Any
) -> None:
    child = citizen(date(2018, 1, 1))
    register.parents[child.number] = [mother.number]
    assert (await reserve(mother.acting_for(child.number))).status_code == 200
    assert [it["reserved"] for it in await ask_about(nationalIds=[child.number, mother.number])] == [True, False]
    assert (await rows("reservation_history"))[0]["acted_by"] == reference(mother.number)


@pytest.mark.parametrize(
    ("language", "words"), [("nb", "deltakelse i forskning"), ("nn", "deltaking i forsking"), ("en", "research")]
)
async def test_S4_what_one_says_no_to_is_said_in_words(kari: Any, language: str, words: str) -> None:
    for path in (PATH, "/v1/me/reservations"):
        answer = await kari.get(path, {"Accept-Language": language})
        assert words in answer.text
        assert (answer.headers["Content-Language"], answer.headers["Vary"]) == (language, "Accept-Language")


async def test_S4_the_kinds_are_a_public_code_list(client: httpx.AsyncClient) -> None:
    listed = await client.get("/v1/code-lists/reservation-kinds")
    assert [item["code"] for item in listed.json()["items"]] == KINDS
    assert all(item["name"].keys() == {"nb", "nn", "en"} for item in listed.json()["items"])
    known = await client.get("/v1/code-lists/reservation-kinds", headers={"If-None-Match": listed.headers["ETag"]})
    assert known.status_code == 304


async def test_an_answer_about_reservations_that_the_caller_has_is_not_sent_again(kari: Any, reserve: Any) -> None:
    for path in (PATH, "/v1/me/reservations"):
        etag = (await kari.get(path)).headers["ETag"]
        assert (await kari.get(path, {"If-None-Match": etag})).status_code == 304
        await reserve(kari, "survey-contact" if path == PATH else "research-contact")
        assert (await kari.get(path, {"If-None-Match": etag})).status_code == (304 if path == PATH else 200)


@pytest.mark.parametrize("kind", ["everything", "RESEARCH-CONTACT", "research_contact"])
async def test_S4_an_unknown_kind_is_refused(kari: Any, send: Any, kind: str) -> None:
    read = await kari.get(f"/v1/me/reservations/{kind}")
    checked = await send("POST", CHECK, {"kind": kind, "nationalIds": [kari.number]}, scope=SCOPE)
    assert [(it.status_code, it.json()["code"]) for it in (read, checked)] == [(422, "invalid-input")] * 2


NUMBER = generate(date(1980, 5, 17), 0)
REFERENCE = "k1-" + "a" * 26


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"nationalIds": []},
        {"nationalIds": [NUMBER] * 1001},
        {"citizens": []},
        {"citizens": [REFERENCE] * 1001},
        {"citizens": [NUMBER]},
        {"citizens": [REFERENCE], "nationalIds": [NUMBER]},
        {"citizens": [REFERENCE], "reveal": True},
    ],
)
async def test_S4_a_question_about_reservations_of_the_wrong_shape_is_refused_and_not_quoted(
    send: Any, body: dict[str, Any]
) -> None:
    refused = await send("POST", CHECK, {"kind": "research-contact"} | body, scope=SCOPE)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-input")
    assert NUMBER not in refused.text


async def test_S4_the_scope_is_needed(send: Any) -> None:
    refused = await send("POST", CHECK, {"kind": "research-contact", "nationalIds": [NUMBER]})
    assert (refused.status_code, refused.json()["code"]) == (403, "scope-missing")
