"""The linters of `make check` find what is wrong with a contract: each fault here is one that they must name."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tools.contracts.linting import lint

OPENAPI = Path(__file__).parents[2] / "openapi"
Json = dict[str, Any]


def consent() -> Json:
    document: Json = json.loads((OPENAPI / "consent-api.json").read_text("utf-8"))
    return document


def an_operation(document: Json) -> Json:
    operation: Json = document["paths"]["/v1/me/consent"]["put"]
    return operation


def take_operation_id(document: Json) -> None:
    del an_operation(document)["operationId"]


def use_unknown_tag(document: Json) -> None:
    an_operation(document)["tags"] = ["Nobody's"]


def open_to_everybody(document: Json) -> None:
    an_operation(document)["security"] = []


def forget_a_limit(document: Json) -> None:
    document["components"]["schemas"]["ConsentState"]["properties"]["note"] = {"type": "string"}


def name_in_snake_case(document: Json) -> None:
    document["components"]["schemas"]["ConsentState"]["properties"]["is_new"] = {"type": "boolean"}


def answer_with_a_list(document: Json) -> None:
    answer = document["paths"]["/v1/me/consent"]["get"]["responses"]["200"]["content"]["application/json"]
    answer["schema"] = {"type": "array", "maxItems": 5, "items": {"type": "boolean"}}


def count_an_id(document: Json) -> None:
    number = {"type": "integer", "format": "int32", "minimum": 1, "maximum": 9}
    an_operation(document)["parameters"].append({"name": "stepId", "in": "query", "schema": number})


def refuse_in_a_shape_of_its_own(document: Json) -> None:
    an_operation(document)["responses"]["404"] = {"description": "No", "content": {"text/plain": {}}}


def name_a_path_otherwise(document: Json) -> None:
    document["paths"]["/v1/Other_thing"] = {"get": an_operation(document) | {"operationId": "other"}}


def show_what_is_not_so(document: Json) -> None:
    document["components"]["schemas"]["ConsentState"]["examples"] = [{"level": "some"}]


def show_a_problem_that_is_none(document: Json) -> None:
    document["components"]["examples"]["token-missing"]["value"] = {"error": "invalid_token"}


FAULTS: dict[Callable[[Json], None], str] = {
    take_operation_id: "operation-operationId",
    use_unknown_tag: "operation-tag-defined",
    open_to_everybody: "owasp:api2:2023-write-restricted",
    forget_a_limit: "owasp:api4:2023-string-limit",
    name_in_snake_case: "camel-case-for-property-names",
    answer_with_a_list: "objects-at-the-top",
    count_an_id: "no-numeric-ids-of-ours",
    refuse_in_a_shape_of_its_own: "problem-documents",
    name_a_path_otherwise: "kebab-case-for-paths",
    show_what_is_not_so: "no-invalid-schema-examples",
    show_a_problem_that_is_none: "no-invalid-media-type-examples",
}


@pytest.fixture(scope="module")
def said_of_worse(tmp_path_factory: pytest.TempPathFactory) -> str:
    """One run of the linters for all faults: starting them is what takes time."""
    folder = tmp_path_factory.mktemp("worse")
    files = []
    for fault in FAULTS:
        document = copy.deepcopy(consent())
        fault(document)
        files.append(folder / f"{fault.__name__}.json")
        files[-1].write_text(json.dumps(document, indent=2), "utf-8")
    events = json.loads((OPENAPI / "events.asyncapi.json").read_text("utf-8"))
    del events["channels"]["prescription.tool-prescribed.v1"]
    (folder / "events.json").write_text(json.dumps(events), "utf-8")
    return "\n".join(lint(files, folder / "events.json").values())


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_worse_contract_is_found(fault: Callable[[Json], None], said_of_worse: str) -> None:
    assert FAULTS[fault] in said_of_worse


def test_events_that_do_not_hang_together_are_found(said_of_worse: str) -> None:
    assert "invalid-ref" in said_of_worse
