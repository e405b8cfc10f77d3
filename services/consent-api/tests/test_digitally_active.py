"""Who is digitally active: by level and age, for one or a thousand, with every number answered in its place."""

import json
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from consent_api.active.schemas import DigitallyActiveAnswer
from devkit.testing.national_ids import generate, population

PATH = "/v1/digitally-active"
AREAS = ["health-care", "youth", "research", "administration"]
GROWN_UP = date(1980, 5, 17)


def wrong_check_digit(number: str) -> str:
    return number[:-1] + str((int(number[-1]) + 1) % 10)


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize(
    ("level", "reasons"),
    [(None, ["no-consent"]), ("none", ["no-consent"]), ("basis", ["consent-basis-only"]), ("full", [])],
)
async def test_S2_active_exactly_with_the_level_that_the_area_needs(
    check: Any, give: Any, area: str, level: str | None, reasons: list[str]
) -> None:
    number = generate(GROWN_UP, 0)
    await give({number: level})
    assert await check([number], area) == [
        {
            "nationalId": number,
            "active": not reasons,
            "activeThroughOthers": False,
            "assignedRepresentative": False,
            "reasons": reasons,
            "error": None,
        }
    ]


async def test_S2_withdrawn_is_as_never_answered(kari: Any, ola: Any, check: Any) -> None:
    await kari.set_level("full", '"0"')
    await kari.set_level("none", '"1"')
    withdrawn, never = await check([kari.number, ola.number])
    assert withdrawn["reasons"] == never["reasons"] == ["no-consent"]


async def test_S2_answers_come_in_the_order_asked_also_when_a_number_comes_twice(check: Any, give: Any) -> None:
    full, basis = generate(GROWN_UP, 0), generate(GROWN_UP, 1)
    await give({full: "full", basis: "basis"})
    asked = [basis, full, basis, full, full]
    items = await check(asked)
    assert [item["nationalId"] for item in items] == asked
    assert [item["active"] for item in items] == [False, True, False, True, True]


async def test_S2_a_d_number_is_a_number(check: Any, give: Any) -> None:
    number = generate(GROWN_UP, 0, kind="dnr")
    await give({number: "full"})
    assert (await check([number]))[0]["active"] is True


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ("", "national-id-malformed"),
        ("123", "national-id-malformed"),
        ("1787805123x", "national-id-malformed"),
        (' "</script>\\', "national-id-malformed"),
        ("\u0661" * 11, "national-id-malformed"),
        ("99999999999", "national-id-malformed"),
        (wrong_check_digit(generate(GROWN_UP, 0)), "national-id-check-digits"),
    ],
)
async def test_S2_a_number_that_is_wrong_leaves_the_others_alone(check: Any, give: Any, wrong: str, code: str) -> None:
    number = generate(GROWN_UP, 3)
    await give({number: "full"})
    before, item, after = await check([number, wrong, number])
    assert before == after
    assert before["active"] is True
    assert item["error"]["code"] == code
    assert (item["nationalId"], item["active"], item["activeThroughOthers"], item["reasons"]) == (
        wrong,
        False,
        False,
        [],
    )


@pytest.mark.parametrize(("language", "word"), [("nb", "stemmer ikke"), ("nn", "stemmer ikkje"), ("en", "wrong")])
async def test_errors_of_single_numbers_are_in_the_language_asked_for(ask: Any, language: str, word: str) -> None:
    answer = await ask([wrong_check_digit(generate(GROWN_UP, 0))], headers={"Accept-Language": language})
    assert word in answer.json()["items"][0]["error"]["detail"]
    assert answer.headers["Content-Language"] == language
    assert answer.headers["Vary"] == "Accept-Language"


@pytest.mark.parametrize(
    ("born", "now", "too_young"),
    [
        (date(2010, 11, 22), datetime(2026, 11, 22, 12, tzinfo=UTC), False),
        (date(2010, 11, 23), datetime(2026, 11, 22, 12, tzinfo=UTC), True),
        # 16 on the day in Norway, where it is already past midnight
        (date(2010, 11, 22), datetime(2026, 11, 21, 22, 59, 59, tzinfo=UTC), True),
        (date(2010, 11, 22), datetime(2026, 11, 21, 23, 0, 0, tzinfo=UTC), False),
        (date(2010, 7, 1), datetime(2026, 6, 30, 21, 59, 59, tzinfo=UTC), True),
        (date(2010, 7, 1), datetime(2026, 6, 30, 22, 0, 0, tzinfo=UTC), False),
        # born on 29 February: sixteen years later is a leap year as well
        (date(2008, 2, 29), datetime(2024, 2, 28, 12, tzinfo=UTC), True),
        (date(2008, 2, 29), datetime(2024, 2, 29, 12, tzinfo=UTC), False),
        (date(2026, 11, 22), datetime(2026, 11, 22, 12, tzinfo=UTC), True),
        (date(1926, 11, 22), datetime(2026, 11, 22, 12, tzinfo=UTC), False),
    ],
)
@pytest.mark.rule("S2", "S5")
async def test_S5_one_is_old_enough_from_the_day_one_is_16(
    check: Any, give: Any, clock: Any, born: date, now: datetime, too_young: bool
) -> None:
    clock.now = now
    number = generate(born, 0)
    await give({number: "full"})
    [item] = await check([number])
    assert (item["active"], item["reasons"]) == ((False, ["too-young"]) if too_young else (True, []))


async def test_S2_every_reason_is_given(check: Any, give: Any) -> None:
    unanswered, basis = generate(date(2020, 1, 1), 0), generate(date(2020, 1, 1), 1)
    await give({basis: "basis"})
    assert [item["reasons"] for item in await check([unanswered, basis])] == [
        ["no-consent", "too-young"],
        ["consent-basis-only", "too-young"],
    ]


async def test_nobody_is_born_tomorrow(check: Any, clock: Any) -> None:
    clock.now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert (await check([generate(date(2026, 11, 23), 0)]))[0]["error"]["code"] == "national-id-malformed"


async def test_S2_a_thousand_in_one_call(ask: Any, give: Any) -> None:
    numbers = population(1000, seed=4)
    await give({number: "full" for number in numbers[::2]})
    answer = await ask(numbers)
    items = answer.json()["items"]
    assert [item["nationalId"] for item in items] == numbers
    assert ["no-consent" in item["reasons"] for item in items] == [False, True] * 500
    written = json.loads(DigitallyActiveAnswer.model_validate_json(answer.content).model_dump_json(by_alias=True))
    assert written == answer.json()


NUMBER = generate(GROWN_UP, 0)


@pytest.mark.parametrize(
    "body",
    [
        {"nationalIds": [], "area": "health-care"},
        {"nationalIds": [NUMBER] * 1001, "area": "health-care"},
        {"nationalIds": [NUMBER], "area": "shopping"},
        {"nationalIds": [NUMBER]},
        {"area": "health-care"},
        {"nationalIds": NUMBER, "area": "health-care"},
        {"nationalIds": [int(NUMBER)], "area": "health-care"},
        {"nationalIds": [NUMBER, None], "area": "health-care"},
        {"nationalIds": [NUMBER], "area": "health-care", "reveal": True},
    ],
)
async def test_a_question_of_the_wrong_shape_is_refused_and_not_quoted(post: Any, body: Any) -> None:
    refused = await post(json.dumps(body))
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-input")
    assert NUMBER not in refused.text


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ('{"nationalIds": ["', 400, "malformed-request"),
        ('{"nationalIds": ["\\u0000"], "area": "health-care"}', 400, "malformed-request"),
        ('{"nationalIds": ["\\ud800"], "area": "health-care"}', 422, "invalid-input"),
        ('{"nationalIds": ["' + "1" * 1_100_000 + '"], "area": "health-care"}', 413, "body-too-large"),
    ],
)
async def test_a_question_that_cannot_be_read_is_refused(post: Any, body: str, status: int, code: str) -> None:
    refused = await post(body)
    assert (refused.status_code, refused.json()["code"]) == (status, code)


async def test_I2_synthetic_numbers_are_accepted_only_where_the_setting_says_so(check: Any, strict_check: Any) -> None:
    numbers = [generate(GROWN_UP, 0), generate(GROWN_UP, 0, synthetic="nhn")]
    assert [item["error"] for item in await check(numbers)] == [None, None]
    assert [item["error"]["code"] for item in await strict_check(numbers)] == ["national-id-malformed"] * 2


async def test_the_scope_is_needed(client: httpx.AsyncClient, system: Any) -> None:
    refused = await client.post(PATH, headers=system("POST", PATH, scope="nhn:verktoykatalog/supplier"))
    assert (refused.status_code, refused.json()["code"]) == (403, "scope-missing")


async def test_the_caller_is_a_system(client: httpx.AsyncClient, system: Any) -> None:
    refused = await client.post(PATH, headers=system("POST", PATH, person=generate(GROWN_UP, 0)))
    assert (refused.status_code, refused.json()["code"]) == (403, "caller-not-allowed")


async def test_a_citizen_asks_about_nobody(client: httpx.AsyncClient, kari: Any) -> None:
    missing = await client.post(PATH)
    assert (missing.status_code, missing.json()["code"]) == (401, "token-missing")
    refused = await kari.request("POST", PATH)
    assert (refused.status_code, refused.json()["code"]) == (401, "scheme-not-accepted")


async def test_a_proof_is_used_once(client: httpx.AsyncClient, system: Any) -> None:
    headers, body = system("POST", PATH), {"nationalIds": [NUMBER], "area": "health-care"}
    assert (await client.post(PATH, json=body, headers=headers)).status_code == 200
    again = await client.post(PATH, json=body, headers=headers)
    assert (again.status_code, again.json()["code"]) == (401, "proof-replayed")
