"""S5, K1, M1 to M3: each row of docs/age-table.md, as all tools, adding and opening answer over HTTP."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from devkit.testing.age_table import PEOPLE, YES, Person, Tool, answers, name_of, tools_for

TODAY = date(2026, 11, 22)
NOBODY = "-"


def said(answer: Any) -> str:
    """`YES`, or the code that the age table has: the reason, where there is one of who may act."""
    if answer.is_success:
        return YES
    found = answer.json()
    return found["reason"] if found["code"] == "representation-not-allowed" else found["code"]


@pytest.fixture
def family(caller: Any, others: Any) -> Any:
    """The person of a row, and who acts for them."""

    async def make(row: Person) -> tuple[Any, Any]:
        person = caller(row.born(TODAY), consenting=False)
        await others.tell(others.level(person, row.level, 1))
        relation = "parent" if row.acting and row.acting.who == "parent" else "power-of-attorney"
        other = caller(date(1980, 5, 1), consenting=False, represents=person.number, relation=relation)
        return person, other if row.acting else None

    return make


@pytest.fixture
def publish(others: Any) -> Any:
    """A tool of a row, that needs no prescription."""

    async def tell(tool: Tool, sequence: int) -> UUID:
        of_row = {
            "minimum_age": tool.minimum_age,
            "target_groups": list(tool.target_groups),
            "representative_may_use": tool.representative_may_use,
        }
        tool_id = uuid4()
        await others.tell(others.published(tool_id, sequence, prescription_required=False, **of_row))
        return tool_id

    return tell


@pytest.fixture
def ask(representations: Any) -> Any:
    """What is answered, while consent-api says what it says of the row."""

    async def answered(row: Person, citizen: Any, method: str, path: str, *, own: bool, body: Any = None) -> Any:
        acting = "represents" in citizen.token
        reason = row.why_not_acting(youths_own=own) if acting else row.why_not_alone()
        if reason:
            representations.refuse(reason)
        else:
            representations.allow(narrowed=row.age == "youth")
        return await citizen.request(method, path, json=body)

    return answered


@pytest.mark.parametrize("row", PEOPLE, ids=name_of)
@pytest.mark.rule("M1", "M2", "S5", "K1", "S6")
async def test_M1_M2_S5_all_tools_and_adding_are_as_the_age_table_says(
    row: Person, family: Any, publish: Any, ask: Any
) -> None:
    person, other = await family(row)
    for sequence, tool in enumerate(tools_for(row), 1):
        expected = answers(row, tool)
        for citizen, promised in ((other, expected.add_for_them), (person, expected.add)):
            if citizen is None:
                assert promised == NOBODY
                continue
            tool_id = await publish(tool, sequence)
            listed = await ask(row, citizen, "GET", "/v1/me/available-tools?limit=200", own=True)
            offered = listed.is_success and str(tool_id) in {item["toolId"] for item in listed.json()["items"]}
            added = await ask(row, citizen, "POST", "/v1/me/tools", own=True, body={"toolId": str(tool_id)})
            assert (said(added), offered) == (promised, promised == YES), tool.says


@pytest.mark.parametrize("row", PEOPLE, ids=name_of)
@pytest.mark.rule("M3", "S5", "K1", "S6")
async def test_M3_S5_opening_is_as_the_age_table_says(
    row: Person, family: Any, publish: Any, ask: Any, others: Any
) -> None:
    person, other = await family(row)
    for sequence, tool in enumerate(tools_for(row), 1):
        tool_id = await publish(tool, sequence)
        await others.tell(others.prescribed(person, tool_id))
        expected = answers(row, tool)
        for citizen, promised in ((other, expected.open_for_them), (person, expected.open)):
            if citizen is None:
                assert promised == NOBODY
                continue
            opened = await ask(row, citizen, "POST", f"/v1/me/tools/{tool_id}/open", own=False)
            assert said(opened) == promised, tool.says
