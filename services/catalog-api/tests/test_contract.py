"""The generated contract. That every status and error is listed in it, the client of all tests checks (conftest)."""

from typing import Any

from fastapi import FastAPI
from openapi_spec_validator import validate

from catalog_api import schemas
from catalog_api.codes import codes


def operations(app: FastAPI) -> dict[str, Any]:
    paths = app.openapi()["paths"].values()
    return {operation["operationId"]: operation for path in paths for operation in path.values()}


def test_the_contract_is_valid_openapi(app: FastAPI) -> None:
    validate(app.openapi())


def test_operations_are_named_for_a_generated_client(app: FastAPI) -> None:
    found = operations(app)
    assert set(found) == {
        "listTools",
        "listToolChanges",
        "getTool",
        "listCodeLists",
        "getCodeList",
        "stopTool",
        "reinstateTool",
    }
    assert all(operation["summary"] and operation["tags"] for operation in found.values())


def test_K4_K5_reading_is_public_and_stopping_is_not(app: FastAPI) -> None:
    security = {name: operation.get("security", [{}]) for name, operation in operations(app).items()}
    assert {name for name, required in security.items() if {} not in required} == {"stopTool", "reinstateTool"}
    for name in ("listTools", "getTool", "listToolChanges"):
        assert security[name] == [{"HelseID": []}, {}]


def test_K5_filters_are_in_the_contract_with_their_codes(app: FastAPI) -> None:
    parameters = {p["name"]: p["schema"] for p in operations(app)["listTools"]["parameters"]}
    assert {*parameters} >= {"q", "limit", "cursor", "facets", "national", "loginRequired", "prescriptionRequired"}
    for name, code_list in (
        ("purpose", "purposes"),
        ("kind", "kinds"),
        ("subjectArea", "subject-areas"),
        ("targetGroup", "target-groups"),
        ("language", "languages"),
    ):
        assert parameters[name]["items"]["enum"] == list(codes(code_list))


def test_examples_are_what_they_exemplify(app: FastAPI) -> None:
    shown = app.openapi()["components"]["schemas"]
    for model in (schemas.ToolSummary, schemas.ToolStatus, schemas.StopRequest, schemas.ReinstateRequest):
        [example] = shown[model.__name__]["examples"]
        assert model.model_validate(example).model_dump(mode="json", by_alias=True) == example


def test_answers_are_described(app: FastAPI) -> None:
    for name, operation in operations(app).items():
        assert "$ref" in operation["responses"]["200"]["content"]["application/json"]["schema"], name
