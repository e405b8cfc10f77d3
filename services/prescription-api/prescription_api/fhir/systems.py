"""Names of identifier and code systems.

The national ones as in HL7 Norway's base profiles (NamingSystem, no-basis-Practitioner, no-basis-Organization) and the
code lists of Volven. Our own are under an address of ours and are nobody else's.
"""

from typing import Final

FNR: Final = "urn:oid:2.16.578.1.12.4.1.4.1"
DNR: Final = "urn:oid:2.16.578.1.12.4.1.4.2"
HPR: Final = "urn:oid:2.16.578.1.12.4.1.4.4"
ORGANISATION: Final = "urn:oid:2.16.578.1.12.4.1.4.101"

PROFESSION: Final = "urn:oid:2.16.578.1.12.4.1.1.9060"
SERVICE_AREA: Final = "urn:oid:2.16.578.1.12.4.1.1.7618"
DOCUMENT_TYPE: Final = "urn:oid:2.16.578.1.12.4.1.1.9602"
DOCUMENT_CATEGORY: Final = "http://hl7.no/fhir/CodeSystem/no-basis-documentreference-category"

URI: Final = "urn:ietf:rfc:3986"
DICOM: Final = "http://dicom.nema.org/resources/ontology/DCM"
INTERACTION: Final = "http://hl7.org/fhir/restful-interaction"
ACT_REASON: Final = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
SOURCE_TYPE: Final = "http://terminology.hl7.org/CodeSystem/security-source-type"
OBJECT_TYPE: Final = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
OBJECT_ROLE: Final = "http://terminology.hl7.org/CodeSystem/object-role"

_OURS: Final = "https://helseverktoy.example/fhir"
TOOL: Final = f"{_OURS}/sid/tool"
PATIENT: Final = f"{_OURS}/sid/patient"
CLIENT: Final = f"{_OURS}/sid/client"
STATE: Final = f"{_OURS}/CodeSystem/prescription-state"
END_CATEGORY: Final = f"{_OURS}/CodeSystem/end-category"
PURPOSE: Final = f"{_OURS}/CodeSystem/tool-purpose"
ACTION: Final = f"{_OURS}/CodeSystem/access-log-action"
CODES: Final = "https://helseverktoy.example/problems"
