"""K1: what a tool's document must hold before anyone sees it, and that every fault is told at once."""

from copy import deepcopy
from typing import Any

import pytest

from catalog_api.tool_rules import find_faults, publishable
from shared.events.catalog import ToolDocument

WEB = {"method": "signed-in-web", "address": "https://tool.example", "launchAddress": "https://tool.example/start"}
LINKS = {"ios": "https://apps.example/1"}


def found(tool: dict[str, Any]) -> set[tuple[str, str]]:
    return {(fault.pointer, fault.code) for fault in find_faults(tool)}


def test_K1_an_empty_document_lacks_everything_that_a_tool_has() -> None:
    assert {pointer for pointer, code in found({}) if code == "missing"} == {
        *("/supplier/organisationNumber", "/supplier/name", "/healthBody/organisationNumber", "/healthBody/name"),
        *("/texts/nb/name", "/texts/nb/shortText", "/texts/nb/longText", "/texts/nb/practitionerText"),
        *("/purpose", "/kind", "/subjectAreas", "/targetGroups", "/languages", "/integration/method"),
        *("/loginRequired", "/national", "/prescriptionRequired", "/prescribable"),
    }


def test_K1_a_whole_document_has_no_faults(make_tool: Any) -> None:
    assert found(make_tool("Søvnskolen", nn="Søvnskulen", en="Sleep school")) == set()


@pytest.mark.parametrize(
    ("integration", "login", "faults"),
    [
        ({"method": "open-link", "address": "https://tool.example"}, False, set()),
        ({"method": "open-link"}, False, {("/integration/address", "missing")}),
        ({"method": "open-link", "address": ""}, False, {("/integration/address", "missing")}),
        ({"method": "open-link", "address": "http://tool.example"}, False, {("/integration/address", "not-https")}),
        (WEB, True, set()),
        (WEB, False, {("/loginRequired", "contradiction")}),
        ({**WEB, "launchAddress": None}, True, {("/integration/launchAddress", "missing")}),
        (
            {"method": "signed-in-web"},
            True,
            {("/integration/address", "missing"), ("/integration/launchAddress", "missing")},
        ),
        ({"method": "app", "appLinks": LINKS}, False, set()),
        ({"method": "app", "address": "https://tool.example"}, False, {("/integration/appLinks", "missing")}),
        ({"method": "app", "appLinks": {"ios": None}}, False, {("/integration/appLinks", "missing")}),
        (
            {"method": "app", "appLinks": {"android": "market://1"}},
            False,
            {("/integration/appLinks/android", "not-https")},
        ),
        ({"method": "form", "address": "https://tool.example"}, False, set()),
        ({"method": "form"}, False, {("/integration/address", "missing")}),
        ({"method": "integrated", "address": "https://tool.example"}, False, set()),
    ],
)
def test_K1_each_integration_method_needs_its_own(
    make_tool: Any, integration: dict[str, Any], login: bool, faults: set[tuple[str, str]]
) -> None:
    assert found(make_tool("A", integration=integration, loginRequired=login)) == faults


@pytest.mark.parametrize(
    "address",
    [
        *("javascript:alert(1)", "tool.example", "//tool.example", "https://", "https:///start", "HTTP://tool.example"),
        *("https://tool.example/a b", "https://tool.example/\n", "https://me@tool.example", "https://[tool.example"),
        *("https://tool.example:port", "data:text/html,x", "https://tool.example\\@other.example", "https://127.0.0.1"),
        *(
            "https://t\u043eol.example",
            "https://xn--tol-iuc.example",
            "https://tool\u3002example",
            "https://localhost/",
        ),
        *("https://2130706433/", "https:/tool.example", "https://tool.example/\u202ex"),
    ],
)
def test_K1_an_address_is_an_https_address(make_tool: Any, address: str) -> None:
    integration = {"method": "open-link", "address": address}
    assert found(make_tool("A", integration=integration)) == {("/integration/address", "not-https")}


def test_K1_a_document_that_contradicts_itself_is_told_each_fault(make_tool: Any) -> None:
    tool = make_tool(
        "A",
        national=False,
        organisations=[],
        prescriptionRequired=True,
        prescribable=False,
        subjectAreas=["sleep", "general", "sleep"],
        dataUse={"category": "stored-by-supplier"},
    )
    tool["texts"]["se"] = {"name": "Oađđinskuvla"}
    assert found(tool) == {
        ("/organisations", "missing"),
        ("/prescribable", "contradiction"),
        ("/subjectAreas/2", "repeated"),
        ("/dataUse/privacyStatement", "missing"),
        ("/texts/se/shortText", "missing"),
    }


@pytest.mark.parametrize(
    ("data_use", "faults"),
    [
        (None, set()),
        ({"category": "none"}, set()),
        ({"category": "on-device"}, set()),
        ({"category": "stored-by-supplier"}, {("/dataUse/privacyStatement", "missing")}),
        ({"category": "shared-with-practitioner"}, {("/dataUse/privacyStatement", "missing")}),
        ({"category": "stored-by-supplier", "privacyStatement": "https://tool.example/p"}, set()),
        (
            {"category": "none", "privacyStatement": "http://tool.example/p"},
            {("/dataUse/privacyStatement", "not-https")},
        ),
        ({"privacyStatement": "https://tool.example/p"}, {("/dataUse/category", "missing")}),
    ],
)
def test_K1_what_is_stored_elsewhere_needs_a_privacy_statement(
    make_tool: Any, data_use: dict[str, Any] | None, faults: set[tuple[str, str]]
) -> None:
    assert found(make_tool("A", dataUse=data_use)) == faults


def test_K1_an_app_without_an_address_starts_where_it_is_fetched(make_tool: Any) -> None:
    tool = make_tool("A", integration={"method": "app", "appLinks": LINKS})
    document = publishable(tool, tool["toolId"], 3)
    assert (document.revision, document.integration.address) == (3, "https://apps.example/1")


def test_K1_northern_sami_is_a_language_of_texts(make_tool: Any) -> None:
    tool = make_tool("Søvnskolen")
    tool["texts"]["se"] = deepcopy(tool["texts"]["nb"])
    assert isinstance(publishable(tool, tool["toolId"], 1), ToolDocument)
    assert "se" in publishable(tool, tool["toolId"], 1).texts
