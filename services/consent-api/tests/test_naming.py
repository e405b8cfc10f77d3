"""Who gives power of attorney says whom they mean: a number does not become a name (S5, P13)."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from consent_api.my_log.texts import describe
from consent_api.representation.names import is_same_name
from shared.limiting import RateLimits

PATH, LOG = "/v1/me/representations", "/v1/me/access-log"
REFUSED = (422, "representative-not-eligible")


def wanted(holder: Any, name: str | None) -> dict[str, Any]:
    named = {"nationalId": holder.number} | ({} if name is None else {"name": name})
    return {"holder": named, "areas": ["health-care"], "validTo": "2026-12-31"}


async def texts(person: Any, language: str = "nb") -> list[str]:
    items = (await person.get(LOG, {"Accept-Language": language})).json()["items"]
    return [item["text"] for item in items]


@pytest.mark.parametrize("unknown", [False, True])
async def test_S5_another_name_is_refused_as_a_number_that_nobody_has(
    kari: Any, ola: Any, register: Any, rows: Any, unknown: bool
) -> None:
    if unknown:
        register.unknown.add(ola.number)
    answer = await kari.post(PATH, wanted(ola, "Someone Else"))
    assert (answer.status_code, answer.json()["code"]) == REFUSED
    assert answer.json().keys() == {"type", "title", "status", "detail", "instance", "code"}
    assert ola.name not in answer.text
    assert await rows("power_of_attorney") == []


async def test_S5_another_name_asks_the_register_as_often_as_the_right_one(kari: Any, ola: Any, register: Any) -> None:
    asked = []
    for name in ("Someone Else", ola.name):
        before = len(register.asked)
        await kari.post(PATH, wanted(ola, name))
        asked.append(register.asked[before:])
    assert asked[0] == asked[1] != []


@pytest.mark.parametrize("name", [None, "", "  "])
async def test_S5_without_a_name_nobody_is_asked(kari: Any, ola: Any, register: Any, name: str | None) -> None:
    before = len(register.asked)
    answer = await kari.post(PATH, wanted(ola, name))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/body/holder/name"]
    assert len(register.asked) == before


async def test_S5_the_answer_has_no_more_of_the_name_than_was_stated(kari: Any, ola: Any, register: Any) -> None:
    register.say(ola.number, name="Ola Hemmelig Mellom Nordmann")
    answer = await kari.post(PATH, wanted(ola, " nordmann  OLA "))
    assert (answer.status_code, answer.json()["name"]) == (201, "nordmann OLA")
    assert "Hemmelig" not in (await kari.get(PATH)).text


async def test_P13_who_is_named_reads_that_they_were_given_it(kari: Any, ola: Any) -> None:
    await kari.post(PATH, wanted(ola, ola.name))
    assert await texts(ola) == [f"{kari.name} oppga fødselsnummeret og navnet ditt og ga deg fullmakt."]
    assert await texts(kari) == [f"Du ga fullmakt til {ola.name}."]


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
async def test_P13_who_is_named_reads_that_somebody_tried(kari: Any, ola: Any, language: str) -> None:
    await kari.post(PATH, wanted(ola, "Someone Else"))
    [item] = (await ola.get(LOG, {"Accept-Language": language})).json()["items"]
    assert (item["kind"], item["relation"], item["act"], item["allowed"]) == (
        "representation",
        "power-of-attorney",
        None,
        False,
    )
    assert kari.name not in item["text"], "who was not let in is not called what they said they were"
    assert len(await texts(kari, language)) == 1


async def test_P13_an_attempt_is_logged_whatever_stopped_it(kari: Any, ola: Any) -> None:
    body = wanted(ola, ola.name)
    for changes in ({"validTo": "2020-01-01"}, {}, {}):  # period-invalid, given, representation-exists
        await kari.post(PATH, body | changes)
    items = (await ola.get(LOG)).json()["items"]
    assert sorted(item["allowed"] for item in items) == [False, False, True]


async def test_P13_the_entry_is_written_with_the_power_of_attorney_or_not_at_all(
    kari: Any, ola: Any, rows: Any, database: Any
) -> None:
    async with database.driver() as connection:
        await connection.execute("ALTER TABLE access_call ADD CONSTRAINT none_now CHECK (at < '2020-01-01') NOT VALID")
    try:
        assert (await kari.post(PATH, wanted(ola, ola.name))).status_code >= 500
    finally:
        async with database.driver() as connection:
            await connection.execute("ALTER TABLE access_call DROP CONSTRAINT none_now")
    assert await rows("power_of_attorney") == []


async def test_S5_ten_people_a_day_also_when_each_is_taken_back(
    citizen: Callable[..., Any], app: Any, settings: Any, clock: Any
) -> None:
    giver = citizen(date(1961, 7, 8))  # who gives in no other test: counts outlive those
    before = app.state.limits
    default = type(settings).model_fields["named_per_day"].default
    app.state.limits = RateLimits.connect(
        settings.model_copy(update={"named_per_day": default}), app.state.database, clock
    )
    try:
        people = [citizen(date(1980, 1, 1 + n)) for n in range(11)]
        statuses = []
        for person in people:
            answer = await giver.post(PATH, wanted(person, person.name))
            statuses.append(answer.status_code)
            if answer.status_code == 201:
                await giver.delete(f"{PATH}/{answer.json()['id']}")
        assert statuses == [201] * 10 + [429]
        assert answer.json()["violatedPolicies"] == ["named-day"]
    finally:
        await app.state.limits.counters.close()
        app.state.limits = before


@pytest.mark.parametrize(
    ("stated", "registered", "same"),
    [
        ("Kari Nordmann", "Kari Nordmann", True),
        ("  kari   NORDMANN ", "Kari Nordmann", True),
        ("Nordmann Kari", "Kari Nordmann", True),
        ("Kari Nordmann", "Kari Anne Berg Nordmann", True),
        ("Odd Arne Moe", "Odd-Arne Moe", True),
        ("Ka\u030are Moe", "K\u00e5re Moe", True),
        ("Kari", "Kari Nordmann", False),
        ("Kari Kari", "Kari Nordmann", False),
        ("Kari Hansen", "Kari Nordmann", False),
        ("Kari Anne Nordmann", "Kari Nordmann", False),
        ("Anne Berg", "Kari Anne Berg Nordmann", False),
        ("Kari * Nordmann", "Kari Nordmann", False),
        ("Kari\u200b Nordmann", "Kari Nordmann", False),
        ("Madonna", "Madonna", True),
        ("", "", False),
        ("Kari Nordmann", "", False),
    ],
)
def test_S5_when_two_names_are_the_same(stated: str, registered: str, same: bool) -> None:
    assert is_same_name(stated, registered) is same


@pytest.mark.parametrize("sign", ["\n", "\u2028", "\u202e", "\u200b", "\u0007"])
async def test_S5_a_stated_name_is_one_line(kari: Any, ola: Any, register: Any, rows: Any, sign: str) -> None:
    asked = len(register.asked)
    answer = await kari.post(PATH, wanted(ola, ola.name.replace(" ", f" {sign}")))
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "text-not-plain")
    assert (await rows("power_of_attorney"), len(register.asked)) == ([], asked)


@pytest.mark.parametrize(("act", "relation"), [("read", "power-of-attorney"), (None, None)])
def test_P13_a_name_kept_before_the_rule_makes_no_line_of_the_access_log(act: Any, relation: Any) -> None:
    kept = {
        "kind": "representation",
        "act": act,
        "is_actor": True,
        "allowed": True,
        "other_name": "Ola\nNordmann\u202e",
        "relation": relation,
    }
    assert "Ola Nordmann " in (text := describe(kept | {"about": "youth"}, "nb"))
    assert text.isprintable()
