"""The invented world keeps its promises: nobody real in it, nothing that points nowhere, every state and code used."""

import json
import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

DATA = Path(__file__).parents[1] / "sandbox" / "data"


def _read(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


TOOLS: list[dict[str, Any]] = _read("tools.json")
CITIZENS: list[dict[str, Any]] = _read("citizens.json")
PRACTITIONERS: list[dict[str, Any]] = _read("practitioners.json")
STAFF: list[dict[str, Any]] = _read("staff.json")
ORGANISATIONS: list[dict[str, Any]] = _read("organisations.json")
RELATIONS: dict[str, list[dict[str, Any]]] = _read("relations.json")

ORGANISATION = {it["organisationNumber"]: it for it in ORGANISATIONS}
CITIZEN = {it["nationalId"]: it for it in CITIZENS}
STATE = {it["state"]: it for it in CITIZENS}
NATIONAL_IDS = [it["nationalId"] for it in (*CITIZENS, *PRACTITIONERS, *STAFF)]

CHOSEN_ON = date(2026, 11, 22)  # ages were chosen on this day

SUBJECT_AREAS = {
    *("mental-health", "sleep", "diabetes", "heart-and-vessels", "respiratory", "muscle-and-skeleton", "cancer"),
    *("pregnancy-and-birth", "addiction", "nutrition", "pain", "rehabilitation", "children-and-young", "skin"),
    *("chronic-illness", "dementia", "allergy", "sexual-health", "neurology", "general"),
}
TARGET_GROUPS = {"children", "young", "adults", "elderly", "relatives", "pregnant", "parents"}
METHODS = {"open-link", "signed-in-web", "app", "form", "integrated"}
PROFESSIONS = {  # Norwegian code system 9060
    *("AA", "AT", "AU", "BI", "ET", "FA1", "FA2", "FB", "FO", "FT", "HE", "HF", "HP", "JO", "KE", "KI", "LE", "NP"),
    *("OA", "OI", "OP", "OR", "OS", "PE", "PM", "PS", "RA", "SP", "TH", "TL", "TP", "TT", "VE", "VP", "XX"),
}
TEXT_FIELDS = {"name", "shortText", "longText", "practitionerText"}
TOOL_FIELDS = {
    *("toolId", "supplier", "healthBody", "texts", "purpose", "kind", "subjectAreas", "targetGroups", "languages"),
    *("keywords", "integration", "loginRequired", "national", "organisations", "prescriptionRequired", "prescribable"),
    *("requiredAuthorisations", "prescriberOrganisations", "minimumAge", "representativeMayUse", "defaultDeadlineDays"),
    "dataUse",
}

FIRST_WEIGHTS = (3, 7, 6, 1, 8, 9, 4, 5, 2)
SECOND_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
ORGANISATION_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)

each_tool = pytest.mark.parametrize("tool", TOOLS, ids=lambda it: it["texts"]["nb"]["name"])


def _check_digit(digits: str, weights: tuple[int, ...]) -> str:
    """Modulo 11; "-" where no digit will do."""
    rest = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11
    return "-" if rest == 1 else str((11 - rest) % 11)


def _has_check_digits(number: str) -> bool:
    first = _check_digit(number[:9], FIRST_WEIGHTS)
    return number[9] == first and number[10] == _check_digit(number[:10], SECOND_WEIGHTS)


def _century(individual: int, year: int) -> int:
    if individual < 500:
        return 1900
    if year < 40:
        return 2000
    assert individual >= 900, "only 900-999 of the upper half were given out in 1940-1999"
    return 1900


def _birth_date(number: str) -> date:
    day, month, year, individual = (int(number[a:b]) for a, b in ((0, 2), (2, 4), (4, 6), (6, 9)))
    offset = 80 if month > 80 else 65
    return date(_century(individual, year) + year, month - offset, day % 40)


def _age(citizen: dict[str, Any]) -> int:
    born = date.fromisoformat(citizen["birthDate"])
    return CHOSEN_ON.year - born.year - ((CHOSEN_ON.month, CHOSEN_ON.day) < (born.month, born.day))


def _repeated(values: list[Any]) -> list[Any]:
    return [value for value, times in Counter(values).items() if times > 1]


def _sentences(text: str) -> int:
    return len(re.findall(r"[.!?](?=\s|$)", text))


# numbers ------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("I2")
@pytest.mark.parametrize("number", NATIONAL_IDS)
def test_I2_national_ids_are_synthetic_with_right_check_digits(number: str) -> None:
    assert re.fullmatch(r"\d{11}", number)
    assert int(number[2:4]) in {*range(66, 78), *range(81, 93)}, "a month of 1-12 could be a real person"
    assert _has_check_digits(number)


@pytest.mark.parametrize("citizen", CITIZENS, ids=lambda it: it["state"])
def test_birth_dates_agree_with_the_numbers(citizen: dict[str, Any]) -> None:
    assert _birth_date(citizen["nationalId"]).isoformat() == citizen["birthDate"]


def test_organisation_numbers_have_check_digits_and_lie_outside_the_real_series() -> None:
    for number in ORGANISATION:
        assert re.fullmatch(r"[23]\d{8}", number)
        assert number[8] == _check_digit(number[:8], ORGANISATION_WEIGHTS)


def test_hpr_numbers_have_seven_to_nine_digits() -> None:
    assert all(re.fullmatch(r"9900\d{3,5}", it["hprNumber"]) for it in PRACTITIONERS)


def test_contact_points_reach_nobody() -> None:
    for citizen in CITIZENS:
        assert citizen["phone"] is None or re.fullmatch(r"\+47499900\d\d", citizen["phone"])
        assert citizen["email"] is None or re.fullmatch(r"[a-z]+@innbygger\.example", citizen["email"])
        points = {"sms": citizen["phone"], "email": citizen["email"]}
        assert all(points[channel] for channel in citizen["channels"]), citizen["state"]


def test_there_are_numbers_to_be_refused_with() -> None:
    unknown, wrong_check_digit, short = (it["nationalId"] for it in _read("refused-numbers.json"))
    assert unknown not in NATIONAL_IDS
    assert _has_check_digits(unknown)
    assert not _has_check_digits(wrong_check_digit)
    assert len(short) == 10


# people and organisations -------------------------------------------------------------------------------------------


def test_nothing_and_nobody_is_there_twice() -> None:
    assert _repeated([it["toolId"] for it in TOOLS]) == []
    assert _repeated([it["hprNumber"] for it in PRACTITIONERS]) == []
    assert _repeated([it["organisationNumber"] for it in ORGANISATIONS]) == []
    assert _repeated([it["herId"] for it in ORGANISATIONS if it["herId"]]) == []
    assert _repeated([it["state"] for it in CITIZENS]) == []
    assert _repeated(NATIONAL_IDS) == []
    points = [citizen[kind] for citizen in CITIZENS for kind in ("phone", "email") if citizen[kind]]
    assert _repeated(points) == []


def test_no_two_have_the_same_name() -> None:
    assert _repeated([it["name"] for it in (*CITIZENS, *PRACTITIONERS, *STAFF, *ORGANISATIONS)]) == []
    for language in ("nb", "nn", "en"):
        names = [tool["texts"][language]["name"] for tool in TOOLS if language in tool["texts"]]
        assert _repeated(names) == []


def test_organisations_are_of_every_kind() -> None:
    kinds = Counter(it["kind"] for it in ORGANISATIONS)
    expected = {"gp-office": 4, "municipality": 2, "hospital": 3, "supplier": 6, "health-body": 3, "platform": 1}
    assert kinds == expected | {"closed": 2}
    for organisation in ORGANISATIONS:
        assert organisation["parent"] is None or organisation["parent"] in ORGANISATION
        is_office = organisation["kind"] == "gp-office"
        assert is_office == (organisation["herId"] is not None)
        assert not is_office or organisation["parent"]
        assert (organisation["kind"] == "closed") == ("closedAt" in organisation)


def test_practitioners_are_of_many_professions_and_in_every_state() -> None:
    by_profession = Counter(one["profession"] for it in PRACTITIONERS for one in it["authorisations"])
    assert by_profession.keys() <= PROFESSIONS
    assert {"LE", "PS", "FT", "SP", "JO", "TL", "KE", "ET", "FA1", "VP"} <= by_profession.keys()
    assert by_profession["LE"] >= 3
    assert {it["organisation"] for it in PRACTITIONERS} <= ORGANISATION.keys()
    assert any(not it["valid"] for it in PRACTITIONERS)
    assert any(it["valid"] and not _professions_now(it) for it in PRACTITIONERS), (
        "one has an authorisation that is over"
    )
    assert any(len(_professions_now(it)) == 2 for it in PRACTITIONERS)


def test_citizens_are_of_every_age_that_matters() -> None:
    ages = {state: _age(citizen) for state, citizen in STATE.items()}
    assert len(CITIZENS) >= 24
    expected = {"baby": 0, "toddler": 2, "age-11": 11, "just-12": 12, "age-15": 15, "just-16": 16, "age-17": 17}
    assert {state: ages[state] for state in expected} == expected
    assert ages["over-100"] == 102
    assert STATE["over-100"]["nationalId"][:6] == STATE["toddler"]["nationalId"][:6], (
        "only the century tells them apart"
    )


def test_citizens_are_in_every_state_that_matters() -> None:
    assert {citizen["consent"] for citizen in CITIZENS} == {"none", "basis", "full", None}
    assert {tuple(citizen["channels"]) for citizen in CITIZENS} == {("sms", "email"), ("sms",), ("email",), ()}
    assert {citizen["language"] for citizen in CITIZENS} == {"nb", "nn", "en"}
    assert {citizen["status"] for citizen in CITIZENS} == {"resident", "deceased", "emigrated"}
    assert any(citizen["confidentialAddress"] for citizen in CITIZENS)
    for citizen in CITIZENS:
        assert (citizen["status"] == "deceased") == (citizen["deceasedAt"] is not None)


def test_both_synthetic_series_and_d_numbers_are_used() -> None:
    kinds = {(int(it["nationalId"][:2]) > 40, int(it["nationalId"][2:4]) > 80) for it in CITIZENS}
    assert kinds == {(False, False), (False, True), (True, False), (True, True)}
    assert any(int(it["nationalId"][6:9]) >= 900 and it["birthDate"] < "2000" for it in CITIZENS)


def test_names_have_letters_that_break_careless_programs() -> None:
    letters = set("".join(citizen["name"] for citizen in CITIZENS))
    assert set("æøåÆØÅášŧŋđžČ-'") <= letters


def test_children_are_citizens_younger_than_their_parents() -> None:
    pairs = [(parent, CITIZEN[child]) for parent in CITIZENS for child in parent["children"]]
    assert all(_age(child) < 16 and _age(parent) - _age(child) >= 16 for parent, child in pairs)
    with_parent = {child["nationalId"] for _, child in pairs}
    assert {it["nationalId"] for it in CITIZENS if _age(it) < 16} == with_parent
    assert any(len(parent["children"]) == 2 for parent in CITIZENS)


def test_relations_are_between_people_who_exist() -> None:
    practitioners = {"generalPractitioners", "practitionerOffices"}
    assert RELATIONS.keys() == {"reservations", "ownAccess", "powersOfAttorney"} | practitioners
    assert all(12 <= _age(CITIZEN[it["nationalId"]]) < 16 for it in RELATIONS["ownAccess"])
    assert [it["nationalId"] for it in RELATIONS["reservations"]] == [STATE["reserved-against-research"]["nationalId"]]
    for power in RELATIONS["powersOfAttorney"]:
        assert _age(CITIZEN[power["giver"]]) > 16
        assert _age(CITIZEN[power["holder"]]) >= 18
    assert {power["validTo"] > CHOSEN_ON.isoformat() for power in RELATIONS["powersOfAttorney"]} == {True, False}


def test_a_general_practitioner_works_at_the_office_and_is_a_physician() -> None:
    offices = {it["herId"] for it in ORGANISATIONS if it["herId"]}
    physicians = {it["hprNumber"] for it in PRACTITIONERS if "LE" in _professions_now(it)}
    works_at = {(it["hprNumber"], it["herId"]) for it in RELATIONS["practitionerOffices"]}
    assert {office for _, office in works_at} == offices
    assert {hpr for hpr, _ in works_at} <= physicians
    assert max(Counter(hpr for hpr, _ in works_at).values()) == 2, "somebody chooses between offices (H1)"
    patients = [it["nationalId"] for it in RELATIONS["generalPractitioners"]]
    assert _repeated(patients) == []
    assert set(patients) < CITIZEN.keys()
    assert {(it["hprNumber"], it["herId"]) for it in RELATIONS["generalPractitioners"]} <= works_at


def test_everybody_says_what_they_are_good_for_in_one_sentence() -> None:
    for person in (*CITIZENS, *PRACTITIONERS, *STAFF):
        assert re.fullmatch(r"[A-ZÆØÅ].{20,180}\.", person["goodFor"]), person["name"]


# tools --------------------------------------------------------------------------------------------------------------


def _professions_now(practitioner: dict[str, Any]) -> set[str]:
    today = CHOSEN_ON.isoformat()
    return {
        one["profession"]
        for one in practitioner["authorisations"]
        if one["validFrom"] <= today and (one["validTo"] is None or one["validTo"] > today)
    }


def _may_prescribe(practitioner: dict[str, Any], tool: dict[str, Any]) -> bool:
    professions, works_at = _professions_now(practitioner), ORGANISATION[practitioner["organisation"]]
    places = {works_at["organisationNumber"], works_at["parent"]}
    wanted = tool["requiredAuthorisations"]
    return (
        practitioner["valid"]
        and bool(professions & set(wanted) if wanted else professions)
        and all(not tool[limit] or places & set(tool[limit]) for limit in ("organisations", "prescriberOrganisations"))
    )


@pytest.mark.rule("K1")
@each_tool
def test_K1_a_tool_has_every_field_with_values_of_the_code_lists(tool: dict[str, Any]) -> None:
    assert tool.keys() == TOOL_FIELDS
    assert UUID(tool["toolId"]).version == 4
    assert tool["purpose"] in {"learning", "mapping", "treatment"}
    assert tool["kind"] in {"standalone", "integrated"}
    assert set(tool["subjectAreas"]) <= SUBJECT_AREAS
    assert set(tool["targetGroups"]) <= TARGET_GROUPS
    assert {"nb", "nn"} <= set(tool["languages"]) <= {"nb", "nn", "en", "se"}
    assert set(tool["requiredAuthorisations"]) <= PROFESSIONS
    assert 0 <= tool["minimumAge"] <= 18
    assert 7 <= tool["defaultDeadlineDays"] <= 90
    assert len(tool["keywords"]) >= 4
    assert all(tool[name] for name in ("subjectAreas", "targetGroups"))


@each_tool
def test_texts_are_there_in_bokmal_and_nynorsk_and_of_fitting_length(tool: dict[str, Any]) -> None:
    assert {"nb", "nn"} <= tool["texts"].keys() <= {"nb", "nn", "en"}
    assert ("en" in tool["texts"]) == ("en" in tool["languages"])
    for texts in tool["texts"].values():
        assert texts.keys() == TEXT_FIELDS
        assert 20 <= len(texts["shortText"]) <= 250
        assert 1 <= _sentences(texts["shortText"]) <= 2
        assert 3 <= _sentences(texts["longText"]) <= 6
        assert 2 <= _sentences(texts["practitionerText"]) <= 4
        assert all(text == text.strip() and "  " not in text for text in texts.values())


@each_tool
def test_nynorsk_is_not_bokmal(tool: dict[str, Any]) -> None:
    bokmal, nynorsk = (" ".join(tool["texts"][language].values()) for language in ("nb", "nn"))
    assert not re.search(r"\b(ikke|jeg|hvordan|hva|hvis|noen|noe|mye|fra|hjemme|også|uke[nr]?)\b", nynorsk)
    assert not re.search(r"\b(ikkje|eg|korleis|kva|nokon|noko|mykje|frå|heime|òg|veke[nr]?|eit)\b", bokmal)


@each_tool
def test_the_integration_has_what_its_method_needs(tool: dict[str, Any]) -> None:
    integration = tool["integration"]
    method, links = integration["method"], integration["appLinks"] or {}
    addresses = [integration["address"], integration["launchAddress"], *links.values()]
    assert all(re.match(r"https://[a-z]+(-[a-z]+)*\.example(/|$)", address) for address in addresses if address)
    assert integration["address"]
    assert method in METHODS
    assert set(links) == ({"ios", "android"} if method == "app" else set())
    assert tool["loginRequired"] or method in {"open-link", "app"}
    assert not (tool["loginRequired"] and method == "open-link")
    assert bool(integration["launchAddress"]) == (tool["loginRequired"] and method != "integrated")


@each_tool
def test_restrictions_agree_with_each_other(tool: dict[str, Any]) -> None:
    assert tool["national"] == (not tool["organisations"])
    assert (tool["kind"] == "integrated") == (tool["integration"]["method"] == "integrated")
    assert tool["prescribable"] or not tool["prescriptionRequired"]
    assert tool["prescribable"] or not (tool["requiredAuthorisations"] or tool["prescriberOrganisations"])
    assert tool["kind"] == "standalone" or not tool["prescribable"]


@each_tool
def test_organisations_of_a_tool_exist_and_may_be_what_they_are(tool: dict[str, Any]) -> None:
    for role, kinds in (("supplier", {"supplier"}), ("healthBody", {"health-body", "hospital", "municipality"})):
        organisation = ORGANISATION[tool[role]["organisationNumber"]]
        assert organisation["name"] == tool[role]["name"]
        assert organisation["kind"] in kinds
    assert {*tool["organisations"], *tool["prescriberOrganisations"]} <= ORGANISATION.keys()


def test_somebody_can_prescribe_every_prescribable_tool() -> None:
    prescribable = [tool for tool in TOOLS if tool["prescribable"]]
    out_of_reach = [tool for tool in prescribable if not any(_may_prescribe(it, tool) for it in PRACTITIONERS)]
    assert [tool["texts"]["nb"]["name"] for tool in out_of_reach] == []


def test_practitioners_can_send_what_they_are_said_to_and_not_what_they_are_said_not_to() -> None:
    refused = 0
    for practitioner in PRACTITIONERS:
        promised, _, denied = re.sub("men (ikke|får)", "|", practitioner["goodFor"]).partition("|")
        for tool in TOOLS:
            name = tool["texts"]["nb"]["name"]
            assert name not in promised or _may_prescribe(practitioner, tool), (practitioner["name"], name)
            assert name not in denied or not _may_prescribe(practitioner, tool), (practitioner["name"], name)
            refused += name in denied
    assert refused >= 5


def test_every_code_is_used() -> None:
    assert len(TOOLS) >= 40
    for name, codes in (("subjectAreas", SUBJECT_AREAS), ("targetGroups", TARGET_GROUPS), ("languages", ["se", "en"])):
        assert set(codes) <= {code for tool in TOOLS for code in tool[name]}, name
    assert {tool["integration"]["method"] for tool in TOOLS} == METHODS
    assert {tool["purpose"] for tool in TOOLS} == {"learning", "mapping", "treatment"}
    for name in ("national", "loginRequired", "prescriptionRequired", "prescribable", "representativeMayUse"):
        assert {tool[name] for tool in TOOLS} == {True, False}, name
    assert sum("en" in tool["texts"] for tool in TOOLS) >= 15
    assert {tool["supplier"]["organisationNumber"] for tool in TOOLS} == {
        number for number, it in ORGANISATION.items() if it["kind"] == "supplier"
    }


@pytest.mark.rule("P2")
def test_P2_tools_ask_for_authorisations_and_organisations_in_different_ways() -> None:
    asked = {tuple(sorted(tool["requiredAuthorisations"])) for tool in TOOLS}
    assert {(), ("FT",), ("PS",), ("SP",), ("LE", "PS")} <= asked
    assert any(tool["prescriberOrganisations"] and tool["national"] for tool in TOOLS)
    assert any(tool["organisations"] and not tool["prescriberOrganisations"] and tool["prescribable"] for tool in TOOLS)
    assert {0, 12, 13, 15, 16, 18} <= {tool["minimumAge"] for tool in TOOLS}
    assert {7, 90} <= {tool["defaultDeadlineDays"] for tool in TOOLS}


def test_the_main_person_has_many_tools_to_choose_from() -> None:
    person = STATE["main-demo"]
    doctor = next(
        it["hprNumber"] for it in RELATIONS["generalPractitioners"] if it["nationalId"] == person["nationalId"]
    )
    own_doctor = next(it for it in PRACTITIONERS if it["hprNumber"] == doctor)
    assert (person["consent"], person["channels"]) == ("full", ["sms", "email"])
    assert sum(_may_prescribe(own_doctor, tool) and tool["prescribable"] for tool in TOOLS) >= 20
