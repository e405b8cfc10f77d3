"""P4, P13, K1: who can be sent a tool, in what words not, and what the patient sees of the attempts."""

from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from devkit.testing.national_ids import generate
from prescription_api.patients import explain
from shared.norway import age_on


@pytest.mark.parametrize(
    ("born", "allowed"),
    [
        (date(2008, 11, 22), True),
        (date(2008, 11, 23), False),
        (date(2026, 11, 22), False),
        (date(1931, 1, 1), True),
    ],
)
async def test_K1_the_lowest_age_is_reached_on_the_birthday(
    prescribe: Any, publish: Any, world: Any, born: date, allowed: bool
) -> None:
    answer = await prescribe(world.live(generate(born, 0)), await publish(minimumAge=18))
    if allowed:
        assert answer.status_code == 201
    else:
        assert (answer.status_code, answer.json()["code"]) == (422, "patient-too-young")
        assert answer.json()["minimumAge"] == 18
        assert answer.json()["detail"] == "Verktøyet er for personer som har fylt 18 år."


async def test_K1_the_birthday_begins_at_midnight_in_norway(
    prescribe: Any, publish: Any, world: Any, clock: Any
) -> None:
    number, tool_id = world.live(generate(date(2009, 7, 2), 0)), await publish(minimumAge=18)
    clock.now = datetime(2027, 7, 1, 21, 59, tzinfo=UTC)
    assert (await prescribe(number, tool_id)).json()["code"] == "patient-too-young"
    clock.go(minutes=1)
    assert (await prescribe(number, tool_id)).status_code == 201


async def test_K1_the_register_knows_the_date_of_birth_better_than_the_number(
    prescribe: Any, publish: Any, world: Any
) -> None:
    number = world.live(generate(date(1961, 9, 30), 0))
    world.people[number]["birthDate"] = "2012-01-01"
    assert (await prescribe(number, await publish(minimumAge=18))).json()["code"] == "patient-too-young"


def test_K1_who_is_born_on_a_leap_day_gets_older_on_1_march() -> None:
    born = date(2008, 2, 29)
    assert [age_on(date(2026, 2, 28), born), age_on(date(2026, 3, 1), born), age_on(date(2028, 2, 29), born)] == [
        17,
        18,
        20,
    ]


async def test_P4_every_condition_that_fails_is_named_in_words(prescribe: Any, publish: Any, world: Any) -> None:
    number = world.live(generate(date(2015, 1, 1), 0), reasons=("consent-basis-only", "too-young", "reserved"))
    answer = (await prescribe(number, await publish())).json()
    assert answer["reasons"] == ["consent-basis-only", "too-young", "reserved"]
    assert answer["detail"] == " ".join(it["text"] for it in explain(answer["reasons"], "child", "nb"))


@pytest.mark.parametrize(("representatives", "code"), [(True, None), (False, "patient-not-digitally-active")])
async def test_P4_S5_a_child_is_reached_through_a_parent_where_the_tool_allows_it(
    prescribe: Any, publish: Any, world: Any, representatives: bool, code: str | None
) -> None:
    number = world.live(generate(date(2020, 1, 1), 0), reasons=("too-young",))
    world.through_others.add(number)
    answer = await prescribe(number, await publish(representativeMayUse=representatives, targetGroups=["children"]))
    assert answer.json().get("code") == code
    if code:
        assert answer.json()["reasons"] == ["too-young", "representative-not-allowed"]
        assert "bare brukes av pasienten selv" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("reason", "code", "words"),
    [
        ("deceased", "patient-deceased", "registrert som død"),
        ("no-consent", "patient-not-digitally-active", "ikke er digitalt aktiv"),
        ("young", "patient-too-young", "yngre enn aldersgrensen"),
        ("has it", "already-prescribed", "hadde det fra før"),
    ],
)
async def test_P13_an_attempt_that_told_something_is_seen_by_the_patient(
    prescribe: Any,
    publish: Any,
    world: Any,
    client: httpx.AsyncClient,
    citizen: Any,
    reason: str,
    code: str,
    words: str,
) -> None:
    status = "deceased" if reason == "deceased" else "resident"
    reasons = ("no-consent",) if reason == "no-consent" else ()
    number = world.live(generate(date(1980, 1, 1), 0), status=status, reasons=reasons)
    tool_id = await publish(minimumAge=90 if reason == "young" else 0)
    if reason == "has it":
        await prescribe(number, tool_id)
    assert (await prescribe(number, tool_id)).json()["code"] == code
    [entry] = [
        entry
        for entry in (await client.get("/v1/me/access-log", auth=citizen(number))).json()["items"]
        if entry["action"] == "prescribing-refused"
    ]
    assert (entry["outcome"], entry["toolId"], entry["organisation"]) == (code, str(tool_id), "299900452")
    assert entry["text"] == "Ragnhild Bergknausen (lege) prøvde å sende deg verktøyet Søvnstigen."
    assert words in entry["outcomeText"]


async def test_P13_what_told_nothing_about_the_patient_is_not_in_the_log(
    prescribe: Any, publish: Any, odd: str, world: Any, rows: Any, reference: Any
) -> None:
    assert (await prescribe(odd, await publish(requiredAuthorisations=["PS"]))).status_code == 403
    assert (await prescribe(odd, await publish(sequence=2), deadline="2020-01-01")).status_code == 422
    assert (await prescribe(generate(date(1970, 1, 1), 3), await publish(sequence=3))).status_code == 422
    world.away.add("consent")
    assert (await prescribe(odd, await publish(sequence=4))).status_code == 503
    assert await rows("access_log") == []


@pytest.mark.parametrize(
    ("status", "reasons", "outcome"),
    [
        ("resident", (), None),
        ("resident", ("no-consent",), "patient-not-digitally-active"),
        ("deceased", (), "patient-deceased"),
    ],
)
async def test_P13_a_look_up_is_logged_with_what_it_told(
    client: httpx.AsyncClient, practitioner: Any, world: Any, rows: Any, reference: Any, status: str,
    reasons: tuple[str, ...], outcome: str | None,
) -> None:  # fmt: skip
    number = world.live(generate(date(1960, 1, 1), 0), status=status, reasons=reasons)
    answer = await client.post("/v1/patients/lookup", json={"nationalId": number}, auth=practitioner())
    assert answer.status_code == (422 if status == "deceased" else 200)
    [entry] = await rows("access_log")
    assert (entry["action"], entry["outcome"], entry["citizen"]) == ("looked-up", outcome, reference(number))


async def test_P13_what_cannot_be_logged_is_not_answered(
    client: httpx.AsyncClient, practitioner: Any, prescribe: Any, publish: Any, world: Any, database: Any
) -> None:
    dead = world.live(generate(date(1931, 1, 1), 0), status="deceased")
    tool_id = await publish()
    async with database.driver() as connection:
        await connection.execute("ALTER TABLE access_log RENAME TO away")
    try:
        looked = await client.post("/v1/patients/lookup", json={"nationalId": dead}, auth=practitioner())
        tried = await prescribe(dead, tool_id)
    finally:
        async with database.driver() as connection:
            await connection.execute("ALTER TABLE away RENAME TO access_log")
    assert (looked.status_code, tried.status_code) == (500, 500)
    assert "deceased" not in looked.text + tried.text


async def test_P2_who_may_is_said_in_words(prescribe: Any, publish: Any, odd: str) -> None:
    tool_id = await publish(requiredAuthorisations=["PS", "FT"])
    for language, words in (
        ("nb", "Verktøyet kan bare sendes av: psykolog, fysioterapeut."),
        ("nn", "Verktøyet kan berre sendast av: psykolog, fysioterapeut."),
        ("en", "Only these may send the tool: psychologist, physiotherapist."),
    ):
        answer = await prescribe(odd, tool_id, headers={"Accept-Language": language})
        assert answer.json()["detail"] == words
