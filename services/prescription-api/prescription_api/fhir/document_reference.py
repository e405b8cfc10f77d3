"""The journal note as a DocumentReference: the text to paste, and what it says in structured form (P8).

It is as of when the note was written and never changes: what has become of the prescription since is told by the Task
of the same id.
"""

from base64 import b64encode
from hashlib import sha1

from prescription_api.fhir import elements, systems
from prescription_api.fhir.elements import Json, Row, coding, filled, urn
from prescription_api.fhir.negotiation import TEXT
from prescription_api.fhir.task import PrescribedTool, message, parties, requester
from prescription_api.fhir.texts import NOTE_TITLE
from shared.events.catalog import ToolDocument
from shared.schemas import rfc3339


def document_reference(row: Row, copy: ToolDocument | None, secret: bytes) -> Json:
    note = row["journal_note"]
    prescribed = PrescribedTool.of(row, copy)
    tool = elements.tool(prescribed.tool_id, prescribed.revision, prescribed.name, prescribed.supplier)
    patient = elements.patient(secret, row["citizen"], row["organisation"])
    return {
        "resourceType": "DocumentReference",
        "id": str(row["prescription_id"]),
        "language": note["language"],
        "contained": [*parties(row), *tool, _as_prescribed(row, prescribed, patient)],
        "masterIdentifier": urn(row["prescription_id"]),
        "status": "current",
        "docStatus": "final",
        "type": {"coding": [coding(systems.DOCUMENT_TYPE, "B02-2", "Journalnotat")]},
        "category": [{"coding": [coding(systems.DOCUMENT_CATEGORY, "clinical-note", "Clinical Note")]}],
        "subject": patient,
        "date": rfc3339(row["prescribed_at"]),
        "author": [requester(row)],
        "custodian": {"reference": "#organisation", "type": "Organization"},
        "description": NOTE_TITLE[note["language"]].format(tool=prescribed.name),
        "content": [{"attachment": _attachment(row, prescribed.name)}],
        "context": {"related": [{"reference": "#prescription", "type": "Task"}]},
    }


def _as_prescribed(row: Row, prescribed: PrescribedTool, patient: Json) -> Json:
    """The act itself: who sent what to whom, when, why, and until when."""
    language = row["journal_note"]["language"]
    return filled(
        {
            "resourceType": "Task",
            "id": "prescription",
            "identifier": [urn(row["prescription_id"])],
            "status": "ready",
            "intent": "proposal",
            "focus": {"reference": "#tool", "type": "Device", "display": prescribed.name},
            "for": patient,
            "authoredOn": rfc3339(row["prescribed_at"]),
            "requester": requester(row),
            "reasonCode": elements.purpose(prescribed.purpose, language) if prescribed.purpose else None,
            "note": message(row),
            "restriction": {"period": {"end": rfc3339(row["deadline"])}},
        }
    )


def _attachment(row: Row, tool: str) -> Json:
    note = row["journal_note"]
    text = note["text"].encode()
    return {
        "contentType": TEXT,
        "language": note["language"],
        "data": b64encode(text).decode(),
        "size": len(text),
        # FHIR names the algorithm; it is a checksum, and nothing rests on it
        "hash": b64encode(sha1(text, usedforsecurity=False).digest()).decode(),
        "title": NOTE_TITLE[note["language"]].format(tool=tool),
        "creation": rfc3339(row["prescribed_at"]),
    }
