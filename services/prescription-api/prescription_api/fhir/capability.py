"""What can be done here, as a CapabilityStatement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from prescription_api.fhir import systems
from prescription_api.fhir.elements import Json
from prescription_api.fhir.negotiation import FHIR, JSON

# when what is said here last changed
_CHANGED: Final = date(2026, 12, 1)

NOT_CERTIFIED: Final = (
    "Not certified, and not validated against the official Norwegian profiles (no-basis) or against Helsenorge's:"
    " identifier systems, code systems and statuses follow their published descriptions, and no profile is claimed."
)
_PATIENTS: Final = (
    "Patients are known by a pseudonym: `for` and `owner` are logical references in an identifier system of ours,"
    " different for each organisation, and a national identity number is never given back. A search for a patient is"
    " a form to Task/_search, never an address."
)
_SECURITY: Final = (
    "HelseID access token bound to the caller's key, with a DPoP proof (RFC 9449); scope nhn:verktoyformidler/read or"
    " nhn:verktoyformidler/prescribe; a person with an HPR number at security level 4. Only what the caller's own"
    " organisation has prescribed."
)


@dataclass(frozen=True, slots=True)
class SearchParameter:
    name: str
    type: str
    documentation: str
    example: str


SEARCH_PARAMETERS: Final = (
    SearchParameter("_id", "token", "Prescription ids", "7d1c0a52-8b1f-4a5e-9a0e-3f5f0d1b2c33"),
    SearchParameter("_lastUpdated", "date", "When the Task last changed", "ge2026-11-22T08:00:00Z"),
    SearchParameter(
        "identifier",
        "token",
        "Prescription ids as URNs",
        f"{systems.URI}|urn:uuid:7d1c0a52-8b1f-4a5e-9a0e-3f5f0d1b2c33",
    ),
    SearchParameter("status", "token", "ready, in-progress, completed, cancelled", "ready,in-progress"),
    SearchParameter("business-status", "token", "The prescription's own state", "expired"),
    SearchParameter(
        "authored-on", "date", "When it was prescribed; a date without time is a Norwegian one", "ge2026-11"
    ),
    SearchParameter("modified", "date", "As _lastUpdated", "lt2026-11-22"),
    SearchParameter("code", "token", "The tool's id", f"{systems.TOOL}|0b4f6c1e-3f0a-4c39-9d59-6f7f3a2f9a11"),
    SearchParameter(
        "focus",
        "reference",
        "The tool's id; with the modifier :identifier only",
        f"{systems.TOOL}|0b4f6c1e-3f0a-4c39-9d59-6f7f3a2f9a11",
    ),
)
NOTE_SEARCH_PARAMETERS: Final = (
    SearchParameter("_id", "token", "Ids of notes, which are those of the prescriptions", SEARCH_PARAMETERS[0].example),
    SEARCH_PARAMETERS[2],
    SearchParameter("date", "date", "When it was written", "ge2026-11"),
)
# never in an address
PATIENT_PARAMETER: Final = SearchParameter(
    "patient",
    "reference",
    "With the modifier :identifier (or as patient.identifier), and in a form to Task/_search only",
    f"{systems.FNR}|17858401267",
)


OWN_PATIENT_PARAMETER: Final = SearchParameter(
    "-patient", "token", "In the link self of a search for a patient: the same patient, sealed for the organisation", ""
)


def statement(base: str) -> Json:
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": _CHANGED.isoformat(),
        "kind": "instance",
        "software": {"name": "prescription-api"},
        "implementation": {"description": f"Prescribed digital health tools. {NOT_CERTIFIED}", "url": f"{base}/fhir"},
        "fhirVersion": "4.0.1",
        "format": [FHIR, JSON],
        "rest": [
            {
                "mode": "server",
                "documentation": f"{NOT_CERTIFIED} {_PATIENTS}",
                "security": {"description": _SECURITY},
                "resource": [_task(), _note()],
            }
        ],
    }


def _task() -> Json:
    return _resource("Task", "A prescription.", SEARCH_PARAMETERS)


def _note() -> Json:
    text = "The note for the record, as it was written: text to paste, and what it says in structured form."
    return _resource("DocumentReference", text, NOTE_SEARCH_PARAMETERS)


def _resource(kind: str, what: str, parameters: Sequence[SearchParameter]) -> Json:
    return {
        "type": kind,
        "documentation": f"{what} What is not listed is refused, or passed over for handling=lenient.",
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "versioning": "no-version",
        "conditionalRead": "not-match",
        "searchParam": [
            {"name": known.name, "type": known.type, "documentation": known.documentation}
            for known in (*parameters, PATIENT_PARAMETER, OWN_PATIENT_PARAMETER)
        ],
    }
