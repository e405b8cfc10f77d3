"""The pages for integrators that are made from the code say what the code says."""

from pathlib import Path

import pytest

from tools.guides import errors
from tools.guides.pages import PAGES

FOLDER = Path(__file__).parents[2] / "docs/integrators"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_the_code_says(name: str) -> None:
    assert (FOLDER / name).read_text("utf-8") == PAGES[name](), "`make guides` writes it anew"


def test_every_error_code_has_advice_and_no_other() -> None:
    codes = errors.error_codes()
    assert len({it.code for it in codes}) == len(codes), "a code has one status"
    assert all(it.advice for it in codes)
    assert errors.superfluous_advice() == set()
