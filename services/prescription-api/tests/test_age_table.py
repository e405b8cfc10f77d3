"""P4, K1, S5: each row of docs/age-table.md, as a look-up and prescribing answer over HTTP."""

from datetime import date
from typing import Any

import httpx
import pytest

from devkit.testing.age_table import PEOPLE, YES, Person, answers, name_of, tools_for
from devkit.testing.national_ids import generate
from prescription_api.patients import REASONS

TODAY = date(2026, 11, 22)


@pytest.fixture
def live(world: Any) -> Any:
    """Somebody of the table, as the register and consent-api say."""

    def make(row: Person, place: int = 0) -> str:
        number: str = world.live(generate(row.born(TODAY), place), reasons=tuple(row.reasons()))
        if row.is_reached_through_others("health-care"):
            world.through_others.add(number)
        return number

    return make


@pytest.mark.parametrize("row", PEOPLE, ids=name_of)
@pytest.mark.rule("P4", "S5")
async def test_P4_S5_a_look_up_is_as_the_age_table_says(
    row: Person, live: Any, client: httpx.AsyncClient, practitioner: Any
) -> None:
    answer = await client.post("/v1/patients/lookup", json={"nationalId": live(row)}, auth=practitioner())
    found = answer.json()
    alone, through = row.is_alone_in("health-care"), row.is_reached_through_others("health-care")
    assert (found["digitallyActive"], found["activeThemselves"]) == (alone or through, alone)
    assert (found["activeThroughOthers"], found["ageClass"]) == (through, row.age)
    assert [reason["code"] for reason in found["reasons"]] == ([] if alone or through else row.told())


@pytest.mark.parametrize("row", PEOPLE, ids=name_of)
@pytest.mark.rule("P4", "K1", "S5")
async def test_P4_K1_S5_prescribing_is_as_the_age_table_says(
    row: Person, live: Any, prescribe: Any, publish: Any
) -> None:
    for place, tool in enumerate(tools_for(row)):
        tool_id = await publish(
            sequence=place + 1,
            minimumAge=tool.minimum_age,
            targetGroups=list(tool.target_groups),
            representativeMayUse=tool.representative_may_use,
        )
        answer = await prescribe(live(row, place), tool_id)
        said = YES if answer.status_code == 201 else answer.json()["code"]
        assert said == answers(row, tool).send, tool.says


@pytest.mark.parametrize(
    ("row", "language", "words"),
    [
        (Person(11, False), "nb", "under 12 år og kan ikke bruke Helsenorge selv. Ingen som kan handle på vegne av"),
        (Person(11, False), "nn", "under 12 år og kan ikkje bruke Helsenorge sjølv. Ingen som kan handle på vegner av"),
        (Person(11, False), "en", "under 12 and cannot use Helsenorge themselves. Nobody who may act"),
        (Person(12, True), "nb", "har ikke fått egen tilgang til Helsenorge av en forelder. Ingen som kan handle"),
        (Person(12, True, level="none"), "nb", "En forelder kan logge inn der og velge samtykket «Full». Pasienten er"),
        (Person(12, True, level="basis"), "nn", "«Full», som ein forelder kan velje på Helsenorge. Pasienten er"),
        (Person(16, True, level="none"), "nb", "Pasienten kan logge inn der og velge samtykket"),
    ],
)
async def test_P4_what_stands_in_the_way_of_the_young_is_said_without_contradiction(
    row: Person, live: Any, prescribe: Any, publish: Any, language: str, words: str
) -> None:
    answer = await prescribe(live(row), await publish(), headers={"Accept-Language": language})
    assert words in answer.json()["detail"]


@pytest.mark.parametrize(("own_access", "code"), [(False, "own-access-missing"), (True, None)])
async def test_P4_S5_a_youth_tool_goes_to_who_has_an_own_access_and_else_it_is_said_what_is_missing(
    live: Any, prescribe: Any, publish: Any, world: Any, own_access: bool, code: str | None
) -> None:
    number = live(Person(14, True, own_access=own_access))
    world.through_others.add(number)  # a parent
    answer = await prescribe(number, await publish(minimumAge=13, targetGroups=["young"]))
    if code is None:
        assert answer.status_code == 201
        return
    refused = answer.json()
    assert (refused["code"], refused["reasons"]) == (
        "patient-not-digitally-active",
        [code, "representative-not-allowed"],
    )
    assert refused["detail"] == " ".join(REASONS[reason]["nb"] for reason in refused["reasons"])
    assert "ngen som kan handle" not in refused["detail"], "a parent can"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nb", "Verktøyet er ikke laget for ungdom mellom 12 og 15 år."),
        ("nn", "Verktøyet er ikkje laga for ungdom mellom 12 og 15 år."),
        ("en", "The tool is not made for young people between 12 and 15."),
    ],
)
async def test_K1_a_tool_for_another_age_says_so(
    live: Any, prescribe: Any, publish: Any, language: str, words: str
) -> None:
    tool_id = await publish(targetGroups=["adults"])
    refused = await prescribe(live(Person(14, True, own_access=True)), tool_id, headers={"Accept-Language": language})
    assert (refused.json()["detail"], refused.json()["targetGroups"]) == (words, ["adults"])
