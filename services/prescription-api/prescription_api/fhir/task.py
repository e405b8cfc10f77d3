"""A prescription as a Task, with the elements and statuses that Helsenorge's own tasks use.

Helsenorge knows four statuses, so the states in which a prescription is over without having been used are all
`cancelled`; `businessStatus` holds our own state. The intent is `proposal`: the citizen decides.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self
from uuid import UUID

from prescription_api import journal
from prescription_api.closing import CATEGORIES
from prescription_api.fhir import elements, systems
from prescription_api.fhir.elements import Json, Row, coding, filled, identifier, urn
from prescription_api.fhir.texts import DESCRIPTION, STATES, TITLE
from prescription_api.professions import profession_name
from shared.events.catalog import ToolDocument
from shared.norway import OSLO
from shared.plain_text import shown_in_one_line
from shared.schemas import rfc3339

STATUSES: Final[dict[str, str]] = {
    "active": "ready",
    "opened": "in-progress",
    "ended": "completed",
    "revoked": "cancelled",
    "removed": "cancelled",
    "expired": "cancelled",
    "stopped": "cancelled",
}


@dataclass(frozen=True, slots=True)
class PrescribedTool:
    """What was prescribed, from the note that was written then, else from today's copy of the catalogue."""

    tool_id: UUID
    revision: int
    name: str
    supplier: tuple[str, str] | None
    purpose: str | None

    @classmethod
    def of(cls, row: Row, copy: ToolDocument | None) -> Self:
        if noted := row["journal_note"].get("tool"):
            supplier = noted["supplier"]["organisationNumber"], shown_in_one_line(noted["supplier"]["name"])
            name = shown_in_one_line(noted["name"])
            return cls(row["tool_id"], row["tool_revision"], name, supplier, noted["purpose"])
        if copy:
            supplier = copy.supplier.organisation_number, shown_in_one_line(copy.supplier.name)
            name = journal.tool_name(copy, row["journal_note"]["language"])
            return cls(row["tool_id"], row["tool_revision"], name, supplier, copy.purpose)
        return cls(row["tool_id"], row["tool_revision"], str(row["tool_id"]), None, None)


def task(row: Row, copy: ToolDocument | None, secret: bytes, language: str) -> Json:
    """`copy` is the tool as the catalogue has it now: its name in the reader's language, and its address."""
    prescribed = PrescribedTool.of(row, copy)
    name = journal.tool_name(copy, language) if copy else prescribed.name
    patient = elements.patient(secret, row["citizen"], row["organisation"])
    return filled(
        {
            "resourceType": "Task",
            "id": str(row["prescription_id"]),
            "meta": _meta(row),
            "language": language,
            "contained": parties(row) + elements.tool(row["tool_id"], row["tool_revision"], name, prescribed.supplier),
            "identifier": [urn(row["prescription_id"])],
            "instantiatesUri": _address(copy),
            "status": STATUSES[row["state"]],
            "statusReason": _status_reason(row, language),
            "businessStatus": _business_status(row["state"], language),
            "intent": "proposal",
            "code": {
                "coding": [coding(systems.TOOL, str(row["tool_id"]), name)],
                "text": TITLE[language].format(tool=name),
            },
            "description": _description(row, name, language),
            "focus": {
                "reference": "#tool",
                "type": "Device",
                "identifier": identifier(systems.TOOL, str(row["tool_id"])),
                "display": name,
            },
            "for": patient,
            "executionPeriod": _use(row),
            "authoredOn": rfc3339(row["prescribed_at"]),
            "lastModified": rfc3339(row["changed_at"]),
            "requester": requester(row),
            "owner": patient,
            "reasonCode": elements.purpose(prescribed.purpose, language) if prescribed.purpose else None,
            "note": (message(row) or []) + closing(row),
            "restriction": {"period": {"end": rfc3339(row["deadline"])}},
        }
    )


def parties(row: Row) -> list[Json]:
    return elements.prescriber(
        row["prescriber_hpr"],
        row["prescriber_name"],
        row["prescriber_profession"],
        row["organisation"],
        journal.noted_name(row["journal_note"]),
    )


def _status_reason(row: Row, language: str) -> Json | None:
    """Why it was revoked or ended, as the practitioner wrote it; the category alone where nothing was written."""
    if category := row["end_category"]:
        name = CATEGORIES[category][language]
        return {"coding": [coding(systems.END_CATEGORY, category, name)], "text": row["end_reason"] or name}
    return {"text": row["end_reason"]} if row["end_reason"] else None


def message(row: Row) -> list[Json] | None:
    """What the practitioner has written to the patient (P8)."""
    if not row["message"]:
        return None
    # an annotation is not by a PractitionerRole, which is what the requester is
    return [{"authorString": row["prescriber_name"], "time": rfc3339(row["prescribed_at"]), "text": row["message"]}]


def closing(row: Row) -> list[Json]:
    """The note for the record of revoking or ending it (P8)."""
    note = row["closing_note"]
    return [{"time": rfc3339(row["changed_at"]), "text": note["text"]}] if note else []


def requester(row: Row) -> Json:
    return {"reference": "#prescriber", "type": "PractitionerRole", "display": row["prescriber_name"]}


def _meta(row: Row) -> Json:
    """No profile is claimed, and no version: a Task is read as it is now. Helsehjelp, 3, is the area that takes the
    consent level full.
    """
    return {
        "lastUpdated": rfc3339(row["changed_at"]),
        "security": [coding(systems.SERVICE_AREA, "3", "Helsehjelp")],
    }


def _address(copy: ToolDocument | None) -> str | None:
    """Helsenorge takes https only."""
    address = copy.integration.address if copy else ""
    return address if address.startswith("https://") else None


def _use(row: Row) -> Json:
    """From when it was opened, until it was ended as something that has done its work."""
    ended = rfc3339(row["changed_at"]) if row["state"] == "ended" else None
    return filled({"start": rfc3339(row["opened_at"]), "end": ended}) if row["opened_at"] else {}


def _business_status(state: str, language: str) -> Json:
    text = STATES[state][language]
    return {"coding": [coding(systems.STATE, state, text)], "text": text}


def _description(row: Row, name: str, language: str) -> str:
    deadline: datetime = row["deadline"]
    return DESCRIPTION[language].format(
        tool=name,
        name=shown_in_one_line(row["prescriber_name"]),
        profession=profession_name(row["prescriber_profession"], language),
        deadline=deadline.astimezone(OSLO).strftime("%d.%m.%Y"),
    )
