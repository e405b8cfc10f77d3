"""What callers send and get."""

from datetime import date
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, WithJsonSchema
from pydantic.config import JsonDict

from prescription_api.closing import EndCategory, RevokeCategory
from prescription_api.models import State
from prescription_api.organisations.schemas import NamedOrganisation
from shared.organisation_number import checked
from shared.schemas import RequestSchema, Schema, Timestamp

# Sent in a body, never in an address (P3); what is wrong with it is told by the rules of the number itself.
NationalIdText = Annotated[str, Field(max_length=64, description="Fødselsnummer or D-number", examples=["17858401267"])]
OrganisationNumber = Annotated[
    str, Field(pattern=r"^[0-9]{9}$", max_length=9, examples=["299900452"]), AfterValidator(checked)
]
# as far from now as it likes: the rule says what is too far (P7)
AnyMoment = Annotated[AwareDatetime, WithJsonSchema({"type": "string", "format": "date-time"})]
Purpose = Literal["learning", "mapping", "treatment"]

TOOL = "0b4f6c1e-3f0a-4c39-9d59-6f7f3a2f9a11"
PRESCRIPTION = "7d1c0a52-8b1f-4a5e-9a0e-3f5f0d1b2c33"


class Patient(RequestSchema):
    national_id: NationalIdText


class LookUp(RequestSchema):
    """Whom to look up."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"nationalId": "17858401267"}]})

    national_id: NationalIdText


class Reason(Schema):
    """A code, and the same in words that can be passed on."""

    code: str
    text: str


class NotPrescribable(Reason):
    """`acceptedAuthorisations`, codes of 9060, comes with `authorisation-required`; `allowedOrganisations`, a few of
    those that may be chosen, with `organisation-required` and `organisation-not-allowed`.
    """

    accepted_authorisations: list[str] | None = None
    allowed_organisations: list[NamedOrganisation] | None = None


class PatientFound(Schema):
    """What a practitioner needs before prescribing. `reasons` is empty exactly when `digitallyActive` is true."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Ingebjørg Fjellgløtt",
                    "ageClass": "adult",
                    "digitallyActive": True,
                    "activeThemselves": True,
                    "activeThroughOthers": False,
                    "reasons": [],
                }
            ]
        }
    )

    name: str
    age_class: Literal["child", "youth", "adult"] = Field(description="0-11, 12-15, 16 and over (S5)")
    digitally_active: bool = Field(description="Can be reached, themselves or through others")
    active_themselves: bool = Field(
        description="Can be sent every tool that is for their age. Where it is false and others are active, only those"
        " tools that a representative may use."
    )
    active_through_others: bool = Field(
        description="Somebody who may act for the patient can be reached: a child's parent, say"
    )
    reasons: list[Reason]


class Prescribing(RequestSchema):
    """An act of prescribing."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"patient": {"nationalId": "17858401267"}, "toolId": TOOL},
                {"patient": {"nationalId": "17858401267"}, "toolId": TOOL, "deadline": "2026-12-24"},
            ]
        }
    )

    patient: Patient
    tool_id: UUID
    organisation: OrganisationNumber | None = Field(
        None, description="Needed only for tools restricted to organisations; one that the token speaks for (P5)"
    )
    deadline: Annotated[AnyMoment | date, Field(union_mode="left_to_right")] | None = Field(
        None,
        description="The last day on which the citizen can take the tool into use: a day, or a moment in it. It ends "
        "when the day does in Norway, and lies between today and a year from today. Without it the tool's own default "
        "counts (P7)",
    )
    message: Annotated[str, Field(min_length=1, max_length=500)] | None = Field(
        None,
        description="To the patient, who sees it with the tool; it stands in the note for the record. "
        "No national identity numbers",
    )


class PrescribedBy(Schema):
    hpr_number: str
    name: str
    profession: str | None = Field(description="Code of 9060")


class NotedSupplier(Schema):
    organisation_number: str
    name: str


class NotedTool(Schema):
    """The tool as it was when it was prescribed."""

    tool_id: UUID
    revision: int
    name: str
    supplier: NotedSupplier
    purpose: Purpose


class JournalNote(Schema):
    """Ready to paste into the record (P8); the reminder is for the practitioner and stays outside it. With the
    prescription's other members `tool` is the note in structured form.
    """

    language: Literal["nb", "nn"]
    text: str
    responsibility_reminder: str
    organisation: NamedOrganisation | None = Field(
        None, description="For which it was sent, as it was called then. Null in notes from before it was kept"
    )
    tool: NotedTool | None = Field(None, description="Null in notes from before it was kept")


class ClosingNote(Schema):
    """For the record, of revoking or ending: who, when, and why (P8)."""

    language: Literal["nb", "nn"]
    text: str


class Prescription(Schema):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "prescriptionId": PRESCRIPTION,
                    "toolId": TOOL,
                    "toolRevision": 1,
                    "toolName": "Søvnstigen",
                    "state": "active",
                    "version": 1,
                    "prescribedBy": {"hprNumber": "990000101", "name": "Ragnhild Bergknausen", "profession": "LE"},
                    "organisation": "299900452",
                    "organisationName": "Solfjell legekontor",
                    "prescribedAt": "2026-11-22T08:15:30.000Z",
                    "deadline": "2026-12-22T22:59:59.000Z",
                    "openedAt": None,
                    "endedAt": None,
                    "endReason": None,
                    "endCategory": None,
                    "closingNote": None,
                    "message": None,
                    "journalNote": {
                        "language": "nb",
                        "text": "Digitalt helseverktøy sendt på Helsenorge: Søvnstigen ...",
                        "responsibilityReminder": "Du som sender verktøyet, svarer for ...",
                        "organisation": {"organisationNumber": "299900452", "name": "Solfjell legekontor"},
                        "tool": {
                            "toolId": TOOL,
                            "revision": 1,
                            "name": "Søvnstigen",
                            "supplier": {"organisationNumber": "299900304", "name": "Stille Vann"},
                            "purpose": "treatment",
                        },
                    },
                }
            ]
        }
    )

    prescription_id: UUID
    tool_id: UUID
    tool_revision: int
    tool_name: str
    state: State
    version: int
    prescribed_by: PrescribedBy
    organisation: str
    organisation_name: str | None = Field(
        None, description="When it was prescribed; null where only the number was known"
    )
    prescribed_at: Timestamp
    deadline: Timestamp
    opened_at: Timestamp | None = None
    ended_at: Timestamp | None = Field(None, description="Since when it is neither active nor opened")
    end_reason: str | None = Field(None, description="Why it was revoked or ended, as the practitioner wrote it")
    end_category: str | None = Field(
        None, description="The same as a code, which the patient is told in words: sent-by-mistake, completed, ..."
    )
    message: str | None = None
    journal_note: JournalNote
    closing_note: ClosingNote | None = Field(None, description="Of a practitioner's revoking or ending it")


class PrescriptionMessage(Schema):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"prescriptionId": PRESCRIPTION, "message": "Begynn med første kapittel."}]}
    )

    prescription_id: UUID
    message: str | None = Field(description="Null without one, and once the prescription is revoked")


_Reason = Annotated[
    str,
    Field(
        min_length=1,
        max_length=500,
        pattern=r"\S",
        description="For the record, where the note has it; not told to the patient. No identity numbers",
    ),
]


class Revocation(RequestSchema):
    """Why a prescription is taken back (P10)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": "Sendt til feil pasient.", "category": "sent-by-mistake"}]}
    )

    reason: _Reason
    category: RevokeCategory = Field("other", description="Told to the patient in words")


ENDING: Final[JsonDict] = {"reason": "Målet er nådd.", "category": "completed"}


class EndingWanted(RequestSchema):
    """Why a prescription is ended."""

    model_config = ConfigDict(json_schema_extra={"examples": [ENDING]})

    reason: _Reason | None = None
    category: EndCategory = Field("completed", description="Told to the patient in words")


class PrescribableTool(Schema):
    """`prescribable` for this caller; when not, `reasons` say why (P2)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "toolId": TOOL,
                    "revision": 1,
                    "name": "Søvnstigen",
                    "shortText": "Øvelser for deg som sover dårlig.",
                    "practitionerText": "Veiledet kognitiv atferdsterapi for voksne med insomni.",
                    "supplier": "Tussmørke Helseteknologi AS",
                    "healthBody": "Direktoratet for helsemestring",
                    "purpose": "treatment",
                    "subjectAreas": ["sleep"],
                    "targetGroups": ["adults"],
                    "languages": ["nb", "nn"],
                    "minimumAge": 18,
                    "defaultDeadlineDays": 30,
                    "prescribable": False,
                    "reasons": [
                        {
                            "code": "authorisation-required",
                            "text": "Verktøyet kan bare sendes av helsepersonell med bestemte autorisasjoner.",
                            "acceptedAuthorisations": ["LE", "PS"],
                        }
                    ],
                }
            ]
        }
    )

    tool_id: UUID
    revision: int
    name: str
    short_text: str
    practitioner_text: str
    supplier: str
    health_body: str
    purpose: Purpose
    subject_areas: list[str]
    target_groups: list[str]
    languages: list[str]
    minimum_age: int
    default_deadline_days: int
    prescribable: bool
    reasons: list[NotPrescribable]


class Search(RequestSchema):
    model_config = ConfigDict(json_schema_extra={"examples": [{"patient": {"nationalId": "17858401267"}}]})

    patient: Patient
