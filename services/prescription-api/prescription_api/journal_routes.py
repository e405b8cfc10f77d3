"""The note for the record over HTTP: text to paste, or FHIR (P8)."""

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic_core import to_json

from prescription_api import errors, reading
from prescription_api.answers import tagged
from prescription_api.callers import PrescriptionId, Reading
from prescription_api.fhir import examples
from prescription_api.fhir.document_reference import document_reference
from prescription_api.fhir.errors import NotAcceptable
from prescription_api.fhir.negotiation import FHIR, TEXT, choose
from prescription_api.outside import CurrentOutside
from shared.app import Now
from shared.auth import PRACTITIONER_REFUSALS
from shared.errors import problems
from shared.http import IfNoneMatch

router = APIRouter()

_REMINDER = (
    "That the practitioner is responsible for the tool being sound for the patient; to be shown, not pasted."
    ' A Display String of RFC 9651: `%"..."` with what is not ASCII percent-encoded in UTF-8'
)
_EITHER: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {FHIR: examples.content(examples.DOCUMENT_REFERENCE)},
        "headers": {
            "ETag": {"description": "Of the note in this form", "schema": {"type": "string"}},
            "Content-Language": {"description": "nb or nn, as it was written", "schema": {"type": "string"}},
            "Responsibility-Reminder": {"description": _REMINDER, "schema": {"type": "string"}},
        },
    },
    304: {"description": "The caller has the note already"},
}


@router.get(
    "/v1/prescriptions/{prescriptionId}/journal-note",
    response_class=PlainTextResponse,
    tags=["prescriptions"],
    summary="Get the note for the record",
    responses=_EITHER
    | problems(*PRACTITIONER_REFUSALS, errors.HprNotValid, errors.PrescriptionNotFound, NotAcceptable),
)
async def get_journal_note(
    prescription_id: PrescriptionId,
    caller: Reading,
    outside: CurrentOutside,
    now: Now,
    request: Request,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """In the language it was written in when the tool was prescribed, and as it was then: as `text/plain`, ready to
    paste, or as `application/fhir+json`, an R4 DocumentReference that also says in structured form what was sent by
    whom, for which organisation, when, and until when (P8).
    """
    media_type = choose(request, TEXT, FHIR)
    own = await reading.open_own(outside, caller, prescription_id, now)
    note = own.row["journal_note"]
    if media_type == FHIR:
        body = to_json(document_reference(own.row, own.tool, outside.secret))
    else:
        body = note["text"].encode()
    headers = {
        "Content-Language": note["language"],
        "Vary": "Accept",
        "Responsibility-Reminder": display_string(note["responsibilityReminder"]),
    }
    return tagged(body, media_type, if_none_match, headers)


def display_string(text: str) -> str:
    """RFC 9651, section 4.1.11: lower-case percent-encoding of what is not printable ASCII, of `%` and of `\"`."""
    encoded = "".join(c if " " <= c <= "~" and c not in '%"' else quote(c, safe="").lower() for c in text)
    return f'%"{encoded}"'
