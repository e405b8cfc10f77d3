"""The page of who may use which tool is what the rules say (S5, P4, K1)."""

from pathlib import Path
from typing import Any

import pytest

from devkit.testing.age_table import PEOPLE, Tool, name_of
from shared.access_rules import fitting_groups, is_for, why_not_received
from tools.age_table import table

PAGE = Path(__file__).parents[2] / "docs/age-table.md"


def test_S5_the_page_is_what_the_rules_say() -> None:
    assert PAGE.read_text("utf-8") == table(), "`make age-table` writes it anew"


def test_S5_every_person_of_the_table_is_another() -> None:
    assert len({name_of(person) for person in PEOPLE}) == len(PEOPLE)


@pytest.mark.parametrize(
    ("years", "groups", "representative", "alone", "through", "expected"),
    [
        # by hand, from S5: what the young with an own access receive
        (12, ["young"], False, True, False, None),
        (12, ["young"], False, False, True, "representative-not-allowed"),
        (12, ["young"], True, False, True, None),
        (12, ["children", "parents"], True, False, True, None),
        (12, ["children", "parents"], True, True, False, "outside-target-group"),
        (12, ["adults", "young"], False, True, True, None),
        (11, ["children"], True, False, True, None),
        (11, ["children"], True, False, False, "not-digitally-active"),
        (11, ["young"], True, False, True, "outside-target-group"),
        (11, ["pregnant"], True, False, True, None),
        (16, ["children"], False, True, False, None),
        (9, ["children"], True, False, True, "below-lowest-age"),
    ],
)
def test_P4_S5_K1_who_receives_what(
    years: int, groups: list[str], representative: bool, alone: bool, through: bool, expected: Any
) -> None:
    tool = Tool("", 10, groups, representative)
    assert why_not_received(tool, years, alone=alone, through_others=through) == expected


def test_K1_a_tool_that_names_no_age_is_for_every_age() -> None:
    assert is_for([], "child", represented=False)
    assert fitting_groups("adult", represented=True) is None
