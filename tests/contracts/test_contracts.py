"""The committed contracts are what the code says, and are valid documents of their kind."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from shared.events import EVENTS
from tools.contracts import contracts, text_of

FOLDER = Path(__file__).parents[2] / "openapi"
APIS = ("catalog-api", "consent-api", "helsetilbud-api", "notification-service", "prescription-api")


@pytest.fixture(scope="module")
def generated() -> dict[str, dict[str, Any]]:
    return contracts()


@pytest.mark.parametrize("name", [*(f"{api}.json" for api in APIS), "events.asyncapi.json"])
def test_the_committed_file_is_current(name: str, generated: dict[str, dict[str, Any]]) -> None:
    assert (FOLDER / name).read_text("utf-8") == text_of(generated[name]), "run `make openapi` and commit"


@pytest.mark.parametrize("api", APIS)
def test_openapi_is_valid(api: str, generated: dict[str, dict[str, Any]]) -> None:
    assert [str(error) for error in OpenAPIV31SpecValidator(generated[f"{api}.json"]).iter_errors()] == []


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in document["paths"].values() for operation in path.values()]


@pytest.mark.parametrize("api", APIS)
def test_every_operation_can_be_built_against(api: str, generated: dict[str, dict[str, Any]]) -> None:
    for operation in operations(generated[f"{api}.json"]):
        name = operation["operationId"]
        assert re.fullmatch(r"[a-z][a-zA-Z]+", name), name
        assert operation.get("summary"), name
        assert operation.get("tags"), name


def refusals(document: dict[str, Any]) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """The path, the operation's name, the status, and the content of every answer that is none."""
    for path, operations_of_path in document["paths"].items():
        for operation in operations_of_path.values():
            for status, response in operation["responses"].items():
                if status >= "400":
                    yield path, operation["operationId"], status, response["content"]


OAUTH = {"/oidc/par": "application/json", "/oidc/token": "application/json", "/oidc/authorize": "text/html"}


@pytest.mark.parametrize("api", APIS)
def test_every_refusal_is_a_problem_document_with_its_codes(api: str, generated: dict[str, dict[str, Any]]) -> None:
    """Who speaks FHIR gets the same codes in OperationOutcomes; who speaks OAuth gets a 400 as RFC 6749 has it too, and
    a browser a page, also where it has to wait.
    """
    for path, name, status, content in refusals(generated[f"{api}.json"]):
        if path in OAUTH and status == "400":
            assert OAUTH[path] in content, name
            content = {kind: said for kind, said in content.items() if kind != OAUTH[path]}
        if path == "/oidc/authorize" and "text/html" in content:
            content = {kind: said for kind, said in content.items() if kind != "text/html"}
        media_type = "application/fhir+json" if path.startswith("/fhir/") else "application/problem+json"
        assert content.keys() == {media_type}, (name, status)
        assert content[media_type].get("examples"), (name, status)


@pytest.mark.parametrize("api", APIS)
def test_who_needs_no_token_is_told_by_no_requirement(api: str, generated: dict[str, dict[str, Any]]) -> None:
    """Not by an empty one alone: mock servers (Prism) take that for one that nobody meets, and answer 401. Beside
    another it says that a token may be left out.
    """
    said = {operation["operationId"]: operation["security"] for operation in operations(generated[f"{api}.json"])}
    assert [name for name, security in said.items() if security == [{}]] == []


def schema_of(document: dict[str, Any], content: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = content["schema"]
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


@pytest.mark.parametrize("api", APIS)
def test_everything_sent_and_answered_in_json_has_an_example(api: str, generated: dict[str, dict[str, Any]]) -> None:
    document = generated[f"{api}.json"]
    bare = []
    for operation in operations(document):
        bodies = {"sent": operation.get("requestBody", {})} | operation["responses"]
        for name, body in bodies.items():
            content = body.get("content", {}).get("application/json")
            if content and not {"examples", "example"} & (content.keys() | schema_of(document, content).keys()):
                bare.append(f"{operation['operationId']} {name}")
    assert bare == []


def schemas_in(document: Any, at: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Everything that may be a schema, with its place."""
    if isinstance(document, dict):
        yield at, document
    inside = document.items() if isinstance(document, dict) else enumerate(document)
    for name, value in inside:
        if isinstance(value, dict | list):
            yield from schemas_in(value, f"{at}/{name}")


@pytest.mark.parametrize("name", [*(f"{api}.json" for api in APIS), "events.asyncapi.json"])
def test_values_of_one_kind_are_one_list(name: str, generated: dict[str, dict[str, Any]]) -> None:
    """Of two lists, orval makes one object, which does not compile where a value is in both."""
    for at, schema in schemas_in(generated[name]):
        choices = [choice for choice in schema.get("anyOf", []) if "enum" in choice or "const" in choice]
        kinds = [choice["type"] for choice in choices]
        assert len(kinds) == len(set(kinds)), at


def test_null_in_an_example_stays(generated: dict[str, dict[str, Any]]) -> None:
    [letter] = generated["prescription-api.json"]["components"]["schemas"]["DeadLetter"]["examples"]
    assert letter["replayedAt"] is None


def test_every_event_is_in_the_contract_with_a_sender(generated: dict[str, dict[str, Any]]) -> None:
    document = generated["events.asyncapi.json"]
    assert document["channels"].keys() == EVENTS.keys()
    sent = {o["channel"]["$ref"] for o in document["operations"].values() if o["action"] == "send"}
    assert sent == {f"#/channels/{name}" for name in EVENTS}


def test_tool_prescribed_fans_out_to_notifications_and_the_feed(generated: dict[str, dict[str, Any]]) -> None:
    document = json.loads(text_of(generated["events.asyncapi.json"]))
    receivers = {
        operation["tags"][0]["name"]
        for operation in document["operations"].values()
        if operation["action"] == "receive" and operation["channel"]["$ref"].endswith("prescription.tool-prescribed.v1")
    }
    assert receivers == {"notification-service", "helsetilbud-api"}
