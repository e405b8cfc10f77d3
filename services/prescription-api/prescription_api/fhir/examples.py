"""Invented examples for the contract, made by the code that makes the answers."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from prescription_api import journal
from prescription_api.accesslog.reading import LogPage
from prescription_api.fhir.audit_event import bundle as audit_events
from prescription_api.fhir.bundle import entry, searchset
from prescription_api.fhir.document_reference import document_reference
from prescription_api.fhir.elements import Json
from prescription_api.fhir.task import task
from prescription_api.models import Prescriber
from shared.events.catalog import ToolDocument

_ID: Final = UUID("7d1c0a52-8b1f-4a5e-9a0e-3f5f0d1b2c33")
_AT: Final = datetime(2026, 11, 22, 8, 15, 30, tzinfo=UTC)
_DEADLINE: Final = datetime(2026, 12, 22, 22, 59, 59, tzinfo=UTC)
_CLIENT: Final = "0c5a3b1e-6c1f-4d7d-9a53-2f3f6d1f0a11"
_TOOL: Final = ToolDocument.model_validate(
    {
        "toolId": "0b4f6c1e-3f0a-4c39-9d59-6f7f3a2f9a11",
        "revision": 1,
        "supplier": {"organisationNumber": "299900304", "name": "Stille Vann"},
        "healthBody": {"organisationNumber": "299900320", "name": "Fjordhelse"},
        "texts": {"nb": {"name": "Søvnstigen", "shortText": "Sov bedre."}},
        "purpose": "treatment",
        "kind": "standalone",
        "subjectAreas": ["sleep"],
        "targetGroups": ["adults"],
        "languages": ["nb"],
        "integration": {"method": "open-link", "address": "https://sovnstigen.example/start"},
        "loginRequired": True,
        "national": True,
        "prescriptionRequired": True,
        "prescribable": True,
    }
)
_PRESCRIBER: Final = Prescriber(
    "990000101", "Ragnhild Bergknausen", frozenset({"LE"}), frozenset({"299900452"}), _CLIENT
)
_ROW: Final[dict[str, Any]] = {
    "citizen": "k1-abcdefghijklmnopqrstuvwxyz",
    "prescription_id": _ID,
    "tool_id": _TOOL.tool_id,
    "tool_revision": 1,
    "state": "active",
    "version": 1,
    "prescriber_hpr": "990000101",
    "prescriber_name": "Ragnhild Bergknausen",
    "prescriber_profession": "LE",
    "organisation": "299900452",
    "message": None,
    "journal_note": journal.compose(
        journal.Prescribed(_ID, _TOOL, _PRESCRIBER, "LE", "299900452", prescribed_at=_AT, deadline=_DEADLINE), "nb"
    ),
    "prescribed_at": _AT,
    "deadline": _DEADLINE,
    "opened_at": None,
    "end_reason": None,
    "end_category": None,
    "closing_note": None,
    "changed_at": _AT,
}
_ENTRY: Final[dict[str, Any]] = {
    "entry_id": UUID("5f0a7c3e-2b1d-4c8e-9f6a-1d2e3f4a5b6c"),
    "at": _AT,
    "action": "prescribed",
    "hpr_number": "990000101",
    "name": "Ragnhild Bergknausen",
    "profession": "LE",
    "organisation": "299900452",
    "client_id": _CLIENT,
    "tool_id": _TOOL.tool_id,
    "prescription_id": _ID,
    "outcome": None,
}
_HOST: Final = "https://prescription.example"

TASK: Final[Json] = task(_ROW, _TOOL, b"example", "nb")
TASKS: Final[Json] = searchset([entry(f"{_HOST}/fhir/Task/{_ID}", TASK)], f"{_HOST}/fhir/Task?status=ready", None)
DOCUMENT_REFERENCE: Final[Json] = document_reference(_ROW, _TOOL, b"example")
NOTES: Final[Json] = searchset(
    [entry(f"{_HOST}/fhir/DocumentReference/{_ID}", DOCUMENT_REFERENCE)], f"{_HOST}/fhir/DocumentReference", None
)
AUDIT_EVENTS: Final[Json] = audit_events(
    LogPage([_ENTRY], {_TOOL.tool_id: "Søvnstigen"}, None), f"{_HOST}/v1/me/access-log", 50, None, "nb"
)


def content(example: Json) -> Json:
    """The entry of a media type in OpenAPI."""
    kind = example["resourceType"]
    return {"schema": {"$ref": f"#/components/schemas/{kind}"}, "examples": {kind: {"value": example}}}


def resource(kind: str) -> Json:
    """The schema of a resource: FHIR's own definitions say what it holds, and are not repeated."""
    return {
        "type": "object",
        "required": ["resourceType"],
        "properties": {"resourceType": {"type": "string", "enum": [kind]}},
        "additionalProperties": True,
        "description": f"FHIR R4 (4.0.1) {kind}",
        "externalDocs": {"url": f"https://hl7.org/fhir/R4/{kind.lower()}.html"},
    }
