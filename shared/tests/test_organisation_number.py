"""P5: an organisation number has nine digits, the last of which follows from the others."""

from typing import Annotated

import pytest
from pydantic import AfterValidator, TypeAdapter, ValidationError

from shared.organisation_number import checked, is_organisation_number


@pytest.mark.parametrize("number", ["299900452", "299900460", "974760673", "299900177"])
def test_P5_numbers_with_their_check_digit_are_good(number: str) -> None:
    assert is_organisation_number(number)


@pytest.mark.parametrize("number", ["299900453", "29990045", "2999004521", "29990045x", "२९९९००४५२", "", " 299900452"])
def test_P5_others_are_not(number: str) -> None:
    assert not is_organisation_number(number)


def test_P5_no_two_numbers_differ_in_one_digit() -> None:
    good = "299900452"
    for place, digit in enumerate(good):
        others = [good[:place] + other + good[place + 1 :] for other in "0123456789" if other != digit]
        assert not any(map(is_organisation_number, others))


def test_P5_a_wrong_check_digit_has_a_code_of_its_own() -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(Annotated[str, AfterValidator(checked)]).validate_python("299900453")
    assert refused.value.errors()[0]["type"] == "organisation_number_check_digit"
