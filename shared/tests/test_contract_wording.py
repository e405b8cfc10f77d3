"""Rule numbers of docstrings do not reach the contracts."""

import pytest

from shared.openapi.wording import reword, without_rule_numbers


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("The citizen's consent level (S1).", "The citizen's consent level."),
        ("In the access log (P11,\nP13).", "In the access log."),
        ("One answer (P14, 0008) for a key.", "One answer for a key."),
        ("Once (with its key, P14).", "Once (with its key)."),
        ("H4, H5: what one GP's patients see.", "What one GP's patients see."),
        ("Only this (see RFC 9110) and D-0017 stay (P).", "Only this (see RFC 9110) and D-0017 stay (P)."),
    ],
)
def test_a_rule_number_is_left_out(written: str, shown: str) -> None:
    assert without_rule_numbers(written) == shown


def test_a_property_named_description_is_a_property() -> None:
    schema = {"properties": {"description": {"type": "string", "description": "What it is (K1)"}}}
    reword(schema)
    assert schema == {"properties": {"description": {"type": "string", "description": "What it is"}}}
