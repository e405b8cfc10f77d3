"""The FHIR operations in the contract: media types, parameters, the form, and refusals as OperationOutcomes."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import FastAPI

from prescription_api.fhir.capability import (
    NOTE_SEARCH_PARAMETERS,
    PATIENT_PARAMETER,
    SEARCH_PARAMETERS,
    SearchParameter,
)
from prescription_api.fhir.elements import Json
from prescription_api.fhir.examples import content, resource
from prescription_api.fhir.negotiation import FHIR, JSON
from prescription_api.fhir.outcomes import operation_outcome
from prescription_api.fhir.search import LONGEST, OWN_PATIENT, SORTS
from shared.errors import PROBLEM_MEDIA_TYPE
from shared.paging import DEFAULT_LIMIT, MAX_LIMIT

FORM_MEDIA_TYPE: Final = "application/x-www-form-urlencoded"

_RESOURCES: Final = ("Bundle", "CapabilityStatement", "DocumentReference", "OperationOutcome", "Task")
_TAG: Final = {"ETag": {"description": "Of this answer in this language", "schema": {"type": "string"}}}


def answer(example: Json) -> dict[int | str, dict[str, Any]]:
    """200 of an operation that answers with a resource."""
    form = content(example)
    return {200: {"content": {FHIR: form, JSON: form}, "headers": _TAG}}


UNCHANGED: Final[dict[int | str, dict[str, Any]]] = {
    304: {"description": "Nothing has changed since the answer with the ETag in If-None-Match"}
}


def _parameter(name: str, description: str, example: str | int, **schema: Any) -> Json:
    described = {"schema": {"type": "string", "maxLength": LONGEST, **schema}, "examples": {name: {"value": example}}}
    return {"name": name, "in": "query", "required": False, "description": description, **described}


def _named(known: SearchParameter) -> str:
    return f"{known.name}:identifier" if known.type == "reference" else known.name


def _described(parameters: Sequence[SearchParameter], sorts: Sequence[str]) -> list[Json]:
    return [
        *(_parameter(_named(known), known.documentation, known.example) for known in parameters),
        _parameter("_sort", f"{sorts[0]} unless said otherwise", sorts[-1], enum=list(sorts)),
        *_OF_ALL,
    ]


_OF_ALL: Final = [
    _parameter(
        "_count",
        f"At most so many in a page; {DEFAULT_LIMIT} unless said, at most {MAX_LIMIT}. 0 asks how many there are",
        "100",
    ),
    _parameter("_summary", "`count`: how many there are, and none of them", "count", enum=["false", "count"]),
    _parameter("_total", "How many there are in all", "accurate", enum=["none", "estimate", "accurate"]),
    _parameter("_format", "Overrides Accept; JSON is all there is", "json"),
    _parameter("_pretty", "Passed over", "true"),
    _parameter("_elements", "Passed over: the resources are whole", "status"),
    _parameter(
        OWN_PATIENT, "In the link `self` of a search by form: the patient, for the same organisation", "kT9c..."
    ),
    _parameter("_cursor", "In the link `next` only; opaque", "pC3o...", maxLength=2 * LONGEST),
]
PARAMETERS: Final = _described(SEARCH_PARAMETERS, SORTS)
NOTE_PARAMETERS: Final = _described(NOTE_SEARCH_PARAMETERS, ("-date", "date"))


def form_of(example: Mapping[str, str]) -> Json:
    """`example` are parameters beside the patient."""
    patient = {"type": "string", "maxLength": LONGEST, "description": PATIENT_PARAMETER.documentation}
    schema = {
        "type": "object",
        "description": "Any of the parameters of the search by GET, and the patient",
        "properties": {"patient.identifier": patient},
        "additionalProperties": {"type": "string", "maxLength": LONGEST},
    }
    value = {"patient.identifier": PATIENT_PARAMETER.example, **example}
    content = {FORM_MEDIA_TYPE: {"schema": schema, "examples": {"patient": {"value": value}}}}
    return {"required": False, "content": content}


FORM: Final = form_of({"status": "ready,in-progress"})
NOTE_FORM: Final = form_of({"date": "ge2026-11"})


def describe_outcomes(app: FastAPI) -> None:
    """Refusals under /fhir are OperationOutcomes with the same codes."""
    describe = app.openapi

    def openapi() -> dict[str, Any]:
        new = app.openapi_schema is None
        document = describe()
        if new:
            examples = document["components"]["examples"]
            for path, operations in document["paths"].items():
                if path.startswith("/fhir/"):
                    _rewrite(operations, examples)
            said = json.dumps(document["paths"])
            document["components"]["schemas"] |= {kind: resource(kind) for kind in _RESOURCES}
            document["components"]["examples"] = {name: e for name, e in examples.items() if f'/{name}"' in said}
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def _rewrite(operations: dict[str, Any], shared: Json) -> None:
    """`shared` are the examples of the document, which gets those of outcomes too."""
    for operation in operations.values():
        for response in operation["responses"].values():
            problem = response.get("content", {}).pop(PROBLEM_MEDIA_TYPE, None)
            if problem:
                response["content"][FHIR] = _outcome(problem["examples"], shared)


def _outcome(problems: dict[str, Any], shared: Json) -> Json:
    outcomes = {}
    for code, said in problems.items():
        problem = shared[code] if "$ref" in said else said
        shared[f"outcome-{code}"] = {**problem, "value": operation_outcome(problem["value"])}
        outcomes[code] = {"$ref": f"#/components/examples/outcome-{code}"}
    return {**content({"resourceType": "OperationOutcome"}), "examples": outcomes}
