"""The access log as AuditEvents, with what HL7 Norway's guide and the sector's practice ask for: who, with HPR number
and authorisation, organisation, client, what, when, why, and how it ended.
"""

from html import escape
from typing import Final
from urllib.parse import urlencode

from prescription_api.accesslog.reading import LogPage, sentence
from prescription_api.fhir import bundle as bundles
from prescription_api.fhir import elements, systems
from prescription_api.fhir.elements import Json, Row, coding, filled, identifier
from shared.language import Text
from shared.schemas import rfc3339

# DICOM's kind of event, FHIR's interaction, AuditEvent.action
_KINDS: Final[dict[str, tuple[tuple[str, str], str, str]]] = {
    "looked-up": (("110112", "Query"), "search-type", "E"),
    "searched": (("110112", "Query"), "search-type", "E"),
    "asked-prescribers": (("110112", "Query"), "search-type", "E"),
    "read": (("110110", "Patient Record"), "read", "R"),
    "prescribed": (("110110", "Patient Record"), "create", "C"),
    "prescribing-refused": (("110110", "Patient Record"), "create", "C"),
    "revoked": (("110110", "Patient Record"), "update", "U"),
    "ended": (("110110", "Patient Record"), "update", "U"),
}
_SUCCESS: Final = "0"
_MINOR_FAILURE: Final = "4"
_YOU: Final[Text] = {"nb": "Deg", "nn": "Deg", "en": "You"}
_SERVICE: Final = {"display": "prescription-api"}


def bundle(page: LogPage, address: str, limit: int, cursor: str | None, language: str) -> Json:
    """Everybody's own log has the same address, so the citizen is in none of the links."""

    def link(at: str | None) -> str:
        return f"{address}?{urlencode(filled({'limit': limit, 'cursor': at}))}"

    entries = [
        bundles.entry(
            f"urn:uuid:{row['entry_id']}",
            audit_event(row, page.tools.get(row["tool_id"]), page.organisations.get(row["organisation"]), language),
        )
        for row in page.entries
    ]
    return bundles.searchset(entries, link(cursor), link(page.next_cursor) if page.next_cursor else None)


def audit_event(row: Row, tool: str | None, organisation: str | None, language: str) -> Json:
    (code, display), interaction, action = _KINDS[row["action"]]
    said = sentence(row, tool, organisation, language)
    return filled(
        {
            "resourceType": "AuditEvent",
            "id": str(row["entry_id"]),
            "language": language,
            "text": {"status": "generated", "div": _narrative(said)},
            "contained": _who(row, organisation),
            "type": coding(systems.DICOM, code, display),
            "subtype": [coding(systems.ACTION, row["action"]), coding(systems.INTERACTION, interaction)],
            "action": action,
            "recorded": rfc3339(row["at"]),
            "outcome": _MINOR_FAILURE if row["outcome"] else _SUCCESS,
            "outcomeDesc": row["outcome"],
            "purposeOfEvent": [{"coding": [coding(systems.ACT_REASON, "TREAT", "treatment")]}],
            "agent": [_actor(row), _client(row)],
            "source": {"observer": _SERVICE, "type": [coding(systems.SOURCE_TYPE, "4", "Application Server")]},
            "entity": _entities(row, tool, language),
        }
    )


def _who(row: Row, organisation: str | None) -> list[Json]:
    if row["hpr_number"] is None:
        return [elements.organisation("organisation", row["organisation"], row["name"])]
    return elements.prescriber(row["hpr_number"], row["name"], row["profession"], row["organisation"], organisation)


def _actor(row: Row) -> Json:
    """A person for an organisation, or the organisation itself when a system asked."""
    person = row["hpr_number"] is not None
    who = ("#prescriber", "PractitionerRole") if person else ("#organisation", "Organization")
    return {
        "who": {"reference": who[0], "type": who[1], "display": row["name"]},
        "name": row["name"],
        "requestor": True,
    }


def _client(row: Row) -> Json:
    return {
        "type": {"coding": [coding(systems.DICOM, "110150", "Application")]},
        "who": {"type": "Device", "identifier": identifier(systems.CLIENT, row["client_id"])},
        "requestor": False,
    }


def _entities(row: Row, tool: str | None, language: str) -> list[Json]:
    """The citizen, who reads this and needs no identifier; the tool; the prescription."""
    found = [_entity({"type": "Patient", "display": _YOU[language]}, ("1", "Person"), ("1", "Patient"))]
    if row["tool_id"]:
        what = {"type": "Device", "identifier": identifier(systems.TOOL, str(row["tool_id"])), "display": tool}
        found.append(_entity(filled(what), ("2", "System Object"), ("4", "Domain Resource")))
    if row["prescription_id"]:
        what = {"type": "Task", "identifier": elements.urn(row["prescription_id"])}
        found.append(_entity(what, ("2", "System Object"), ("4", "Domain Resource")))
    return found


def _entity(what: Json, kind: tuple[str, str], role: tuple[str, str]) -> Json:
    return {"what": what, "type": coding(systems.OBJECT_TYPE, *kind), "role": coding(systems.OBJECT_ROLE, *role)}


def _narrative(text: str) -> str:
    return f'<div xmlns="http://www.w3.org/1999/xhtml">{escape(text, quote=False)}</div>'
