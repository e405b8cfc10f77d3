"""What a FHIR resource of ours must be, written from the published descriptions and not from our code.

`valid` checks against somebody else's model of R4 (fhir.resources) and then, element by element, against the rules that
HL7 Norway's base profiles and Helsenorge's description of its tasks set for what we use. That is less than a validation
against the profiles themselves, which nobody has done.
"""

import json
import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from hashlib import sha1
from typing import Any
from uuid import UUID

import httpx
import pytest
from fhir.resources.R4B import get_fhir_model_class

Json = dict[str, Any]

FNR, DNR = "urn:oid:2.16.578.1.12.4.1.4.1", "urn:oid:2.16.578.1.12.4.1.4.2"
HPR, ENH = "urn:oid:2.16.578.1.12.4.1.4.4", "urn:oid:2.16.578.1.12.4.1.4.101"
VALUES = {
    HPR: r"[0-9]{1,9}",
    ENH: r"[0-9]{9}",
    "urn:ietf:rfc:3986": r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
}
CATEGORIES = {"LE": "Lege", "PS": "Psykolog", "SP": "Sykepleier", "FT": "Fysioterapeut"}
SERVICE_AREAS = {"1", "2", "3", "4", "5", "6"}
HELSENORGE_STATUSES = {"ready", "in-progress", "completed", "cancelled"}


def nodes(value: Any) -> Iterator[Any]:
    yield value
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in below:
        yield from nodes(part)


def objects(value: Any) -> Iterator[Json]:
    return (node for node in nodes(value) if isinstance(node, dict))


def check_json(resource: Json) -> None:
    """3.1.0.6: no nulls, nothing empty."""
    assert all(node not in (None, "", [], {}) for node in nodes(resource))


def check_contained(resource: Json) -> None:
    """dom-2 to dom-5: contained resources are referred to, hold none themselves, and have no security labels."""
    contained = {part["id"]: part for part in resource.get("contained", [])}
    assert len(contained) == len(resource.get("contained", []))
    named = {n["reference"][1:] for n in objects(resource) if str(n.get("reference", "")).startswith("#")}
    assert named == contained.keys()
    assert not any(part.keys() & {"contained", "meta", "text"} for part in contained.values())


def check_identifiers(resource: Json) -> None:
    """Each says its system; those of the nation are as long as they are; no citizen's number is among them (I1)."""
    for holder in objects(resource):
        found = holder.get("identifier", [])
        for identifier in found if isinstance(found, list) else [found]:
            assert identifier["system"] not in (FNR, DNR)
            assert re.fullmatch(VALUES.get(identifier["system"], r"\S+"), identifier["value"]), identifier


def check_practitioner(resource: Json) -> None:
    """no-basis-Practitioner: an HPR number, a name, and the category of 9060 with its code."""
    assert [i["system"] for i in resource["identifier"]] == [HPR]
    assert resource["name"][0]["text"]
    [qualification] = resource["qualification"]
    [coding] = qualification["code"]["coding"]
    assert coding["system"] == "urn:oid:2.16.578.1.12.4.1.1.9060"
    assert coding["display"] == CATEGORIES[coding["code"]]


def check_organisation(resource: Json) -> None:
    """no-basis-Organization: the number of Enhetsregisteret."""
    assert [i["system"] for i in resource["identifier"]] == [ENH]


def check_role(resource: Json) -> None:
    """no-basis-PractitionerRole: a practitioner for an organisation."""
    assert resource["practitioner"]["reference"].startswith("#")
    assert resource["organization"]["reference"].startswith("#")


def check_task(resource: Json) -> None:
    """Helsenorge's FHIR Task: what is mandatory there, and the statuses it knows."""
    if "meta" not in resource:
        return  # inside a DocumentReference, where it is no task of its own
    assert UUID(resource["id"])
    [label] = resource["meta"]["security"]
    assert label["system"] == "urn:oid:2.16.578.1.12.4.1.1.7618"
    assert label["code"] in SERVICE_AREAS
    [identifier] = resource["identifier"]
    assert identifier == {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{resource['id']}"}
    assert resource["status"] in HELSENORGE_STATUSES
    assert resource["intent"] == "proposal"
    assert resource["code"]["text"]
    assert resource["description"]
    assert resource["instantiatesUri"].startswith("https://")
    assert resource["focus"]["type"]
    assert resource["requester"]["reference"].startswith("#")
    assert resource["owner"]["type"] == "Patient"
    assert resource["for"] == resource["owner"]
    assert resource["restriction"]["period"]["end"]


def check_document_reference(resource: Json) -> None:
    """no-basis-DocumentReference: a type of 9602; and an attachment that is what it says."""
    [kind] = resource["type"]["coding"]
    assert kind == {"system": "urn:oid:2.16.578.1.12.4.1.1.9602", "code": "B02-2", "display": "Journalnotat"}
    [category] = resource["category"]
    assert category["coding"][0]["system"] == "http://hl7.no/fhir/CodeSystem/no-basis-documentreference-category"
    assert category["coding"][0]["code"] == "clinical-note"
    [content] = resource["content"]
    attachment = content["attachment"]
    data = b64decode(attachment["data"], validate=True)
    assert attachment["size"] == len(data)
    assert b64decode(attachment["hash"]) == sha1(data, usedforsecurity=False).digest()
    assert attachment["contentType"] == "text/plain; charset=utf-8"
    assert attachment["language"] in ("nb", "nn")


def check_audit_event(resource: Json) -> None:
    """no-basis-AuditEvent: who is a practitioner in a role; one agent asked; the purpose is said."""
    assert resource["outcome"] in ("0", "4", "8", "12")
    assert resource["action"] in ("C", "R", "U", "D", "E")
    [asked] = [agent for agent in resource["agent"] if agent["requestor"]]
    assert asked["who"]["type"] in ("PractitionerRole", "Organization")
    assert resource["purposeOfEvent"][0]["coding"][0]["system"] == "http://terminology.hl7.org/CodeSystem/v3-ActReason"
    assert resource["entity"][0]["role"]["code"] == "1"


RULES: dict[str, Callable[[Json], None]] = {
    "Practitioner": check_practitioner,
    "PractitionerRole": check_role,
    "Organization": check_organisation,
    "Task": check_task,
    "DocumentReference": check_document_reference,
    "AuditEvent": check_audit_event,
}


def check(resource: Json) -> Json:
    get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    check_json(resource)
    whole = [r for r in objects(resource) if "resourceType" in r]
    for part in whole:
        assert "profile" not in part.get("meta", {}), "no profile is claimed"
        RULES.get(part["resourceType"], lambda _: None)(part)
    for part in [e["resource"] for e in resource.get("entry", [])] or [resource]:
        check_contained(part)
    check_identifiers(resource)
    return resource


@pytest.fixture
def valid() -> Callable[[httpx.Response], Json]:
    """The resource of an answer, when there is nothing to say against it."""

    def resource_of(answer: httpx.Response) -> Json:
        assert answer.headers["content-type"] == "application/fhir+json", answer.text
        return check(json.loads(answer.content))

    return resource_of


@pytest.fixture
def refused() -> Callable[[httpx.Response, int], str]:
    """The code of an OperationOutcome."""

    def code_of(answer: httpx.Response, status: int) -> str:
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/fhir+json"
        outcome = check(json.loads(answer.content))
        assert outcome["resourceType"] == "OperationOutcome"
        [coding] = outcome["issue"][0]["details"]["coding"]
        assert coding["system"] == "https://helseverktoy.example/problems"
        return str(coding["code"])

    return code_of


@pytest.fixture
def three(prescribe: Any, publish: Any, odd: str, clock: Any) -> Any:
    """Three prescriptions of three tools to the same patient, a day between them."""

    async def make() -> list[dict[str, Any]]:
        made = []
        for number in range(3):
            made.append((await prescribe(odd, await publish(sequence=number + 1))).json())
            clock.go(days=1)
        return made

    return make
