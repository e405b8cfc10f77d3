"""The pieces that our resources are made of.

People and organisations are contained resources with their official identifiers. A citizen is known to us by a
pseudonym only (I1), so the patient is a logical reference with an identifier of ours, other for each organisation.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, Final, TypeAlias
from uuid import UUID

from prescription_api.fhir import systems
from prescription_api.professions import PROFESSIONS, profession_name
from shared.language import Text

Json = dict[str, Any]
# a row of a table by its columns' names
Row: TypeAlias = Mapping[Any, Any]

PURPOSES: Final[dict[str, Text]] = {
    "learning": {"nb": "Læring", "nn": "Læring", "en": "Learning"},
    "mapping": {"nb": "Kartlegging", "nn": "Kartlegging", "en": "Mapping"},
    "treatment": {"nb": "Behandling", "nn": "Behandling", "en": "Treatment"},
}


def filled(members: Mapping[str, Any]) -> Json:
    """FHIR knows neither null nor empty arrays: what is not there is left out."""
    return {name: value for name, value in members.items() if value is not None and value != [] and value != {}}


def coding(system: str, code: str, display: str | None = None) -> Json:
    return filled({"system": system, "code": code, "display": display})


def identifier(system: str, value: str) -> Json:
    return {"system": system, "value": value}


def urn(key: UUID) -> Json:
    return identifier(systems.URI, f"urn:uuid:{key}")


def organisation(local_id: str, number: str, name: str | None = None) -> Json:
    return filled(
        {
            "resourceType": "Organization",
            "id": local_id,
            "identifier": [identifier(systems.ORGANISATION, number)],
            "name": name,
        }
    )


def prescriber(
    hpr_number: str,
    name: str,
    profession: str | None,
    organisation_number: str,
    organisation_name: str | None,
) -> list[Json]:
    """Contained resources `#practitioner`, `#organisation`, and `#prescriber`: the one acting for the other."""
    practitioner = {
        "resourceType": "Practitioner",
        "id": "practitioner",
        "identifier": [identifier(systems.HPR, hpr_number)],
        "name": [{"text": name}],
        "qualification": [{"code": {"coding": [_profession(profession)]}}] if profession in PROFESSIONS else None,
    }
    role = {
        "resourceType": "PractitionerRole",
        "id": "prescriber",
        "practitioner": {"reference": "#practitioner"},
        "organization": {"reference": "#organisation"},
    }
    return [filled(practitioner), organisation("organisation", organisation_number, organisation_name), role]


def _profession(code: str | None) -> Json:
    """The list's own name begins with a capital."""
    return coding(systems.PROFESSION, code or "XX", profession_name(code, "nb").capitalize())


def tool(tool_id: UUID, revision: int, name: str, supplier: tuple[str, str] | None) -> list[Json]:
    """Contained `#tool`, and `#supplier` (organisation number and name) where it is known."""
    device = {
        "resourceType": "Device",
        "id": "tool",
        "identifier": [identifier(systems.TOOL, str(tool_id))],
        "manufacturer": supplier[1] if supplier else None,
        "deviceName": [{"name": name, "type": "user-friendly-name"}],
        "version": [{"value": str(revision)}],
        "owner": {"reference": "#supplier"} if supplier else None,
    }
    return [filled(device), *([organisation("supplier", *supplier)] if supplier else [])]


def purpose(code: str, language: str) -> Json:
    text = PURPOSES[code][language]
    return {"coding": [coding(systems.PURPOSE, code, text)], "text": text}


def patient(secret: bytes, citizen: str, organisation_number: str) -> Json:
    """Somebody who can be told from others by this organisation, and by no two organisations together."""
    message = "\0".join(("fhir patient", organisation_number, citizen)).encode()
    value = hmac.digest(secret, message, hashlib.sha256)[:16].hex()
    return {"type": "Patient", "identifier": identifier(systems.PATIENT, value)}
