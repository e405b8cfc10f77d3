"""The generated contract. That every status and error is listed in it, the client of all tests checks (conftest)."""

from typing import Any

from fastapi import FastAPI
from openapi_spec_validator import validate

from catalog_api import schemas, tool_shape
from catalog_api.codes import codes
from catalog_api.history.schemas import HistoryPage
from catalog_api.images.schemas import ImageDetails
from catalog_api.submissions import schemas as submission_schemas
from catalog_api.tool_rules import find_faults

SUBMITTING = {
    *("createSubmission", "listSubmissions", "getSubmission", "updateSubmission", "submitSubmission"),
    *("withdrawSubmission", "assureSubmission", "verifySubmission", "returnSubmission", "rejectSubmission"),
    "publishSubmission",
}


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
        *SUBMITTING,
        *("listToolHistory", "getToolImage", "putToolImage", "deleteToolImage"),
    }
    assert all(operation["summary"] and operation["tags"] for operation in found.values())


def test_K2_K4_K5_reading_is_public_and_all_else_is_not(app: FastAPI) -> None:
    security = {name: operation["security"] for name, operation in operations(app).items()}
    closed = {name for name, required in security.items() if required and {} not in required}
    assert closed == {"stopTool", "reinstateTool", "listToolHistory", "putToolImage", "deleteToolImage", *SUBMITTING}
    for name in ("listTools", "getTool", "listToolChanges", "getToolImage"):
        assert security[name] == [{"HelseID": []}, {}]


def test_K2_each_step_asks_for_the_scope_of_whose_it_is(app: FastAPI) -> None:
    found = operations(app)
    for name, role in (
        *((name, "supplier") for name in ("createSubmission", "updateSubmission", "submitSubmission", "putToolImage")),
        ("assureSubmission", "assure"),
        *(
            (name, "admin")
            for name in ("verifySubmission", "publishSubmission", "rejectSubmission", "returnSubmission")
        ),
    ):
        assert found[name]["security"] == [{"HelseID": [f"nhn:verktoykatalog/{role}"]}], name


def test_a_draft_is_changed_by_either_kind_of_json_and_an_image_is_no_json(app: FastAPI) -> None:
    found = operations(app)
    patched = found["updateSubmission"]["requestBody"]["content"]
    assert patched["application/json"]["schema"] == patched["application/merge-patch+json"]["schema"]
    assert set(found["putToolImage"]["requestBody"]["content"]) == {"image/png", "image/svg+xml"}
    assert set(found["getToolImage"]["responses"]["200"]["content"]) == {"image/png", "image/svg+xml"}


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
    for model in (
        *(schemas.ToolSummary, schemas.ToolStatus, schemas.StopRequest, schemas.ReinstateRequest),
        *(submission_schemas.SubmissionRequest, submission_schemas.SubmissionPatch, submission_schemas.Verification),
        *(submission_schemas.OptionalReason, submission_schemas.ReasonGiven, submission_schemas.Assurance),
        *(submission_schemas.SubmissionPage, submission_schemas.SubmissionDetails, HistoryPage, ImageDetails),
    ):
        [example] = shown[model.__name__]["examples"]
        understood = model.model_validate(example)
        assert understood.model_dump(mode="json", by_alias=True, exclude_unset=True) == example


def test_K1_the_example_of_a_tool_can_be_published() -> None:
    assert (
        find_faults(tool_shape.EXAMPLE | {"supplier": {"organisationNumber": "299900940", "name": "Tussmørke"}}) == []
    )


def test_answers_are_described(app: FastAPI) -> None:
    for name, operation in operations(app).items():
        if name in ("getToolImage", "deleteToolImage"):
            continue  # the one answers with the image itself, the other with nothing
        answer = operation["responses"]["201" if name == "createSubmission" else "200"]
        assert "$ref" in answer["content"]["application/json"]["schema"], name
