"""Code system 9060 is the same wherever it is written down."""

import re
from pathlib import Path

import pytest

from catalog_api.codes import code_lists
from prescription_api.professions import PROFESSIONS, RETIRED, first_of
from shared.language import LANGUAGES

# Kategori helsepersonell, as published by HL7 Norway (kodeverk, CodeSystem no-kodeverk-9060)
PUBLISHED = """
    AA AT AU BI ET FA1 FA2 FB FO FT HE HF HP JO KE KI LE MT NP OA OI OP OR OS PE PM PS RA SP TH TL TP TT VE VP XX
""".split()  # noqa: SIM905 - read as a list


@pytest.mark.rule("P2", "K1")
def test_all_36_codes_and_no_other() -> None:
    catalogue = [item.code for item in code_lists()["authorisations"].items]
    assert sorted(PROFESSIONS) == sorted(catalogue) == sorted(PUBLISHED)
    assert len(PUBLISHED) == len(set(PUBLISHED)) == 36


@pytest.mark.rule("P2", "K1")
@pytest.mark.parametrize("code", [code for code in PUBLISHED if code != "XX"])  # unknown is called something in a note
def test_both_services_call_it_the_same(code: str) -> None:
    [listed] = [item for item in code_lists()["authorisations"].items if item.code == code]
    assert PROFESSIONS[code] == {language: listed.names[language].lower() for language in LANGUAGES}
    assert (code in RETIRED) == listed.retired


def test_the_sandboxs_people_have_codes_of_the_list() -> None:
    file = Path(__file__).parents[2] / "deploy/sandbox/sandbox/data/practitioners.json"
    used = set(re.findall(r'"profession": "([A-Z0-9]+)"', file.read_text("utf-8")))
    assert used <= set(PUBLISHED)
    assert used


@pytest.mark.rule("P1")
def test_somebody_with_several_is_called_by_what_says_most() -> None:
    assert first_of({"MT", "FT"}) == "FT"
    assert first_of({"MT", "PS", "XX"}) == "PS"
    assert first_of({"XX"}) == "XX"
    assert first_of(set()) is None
