"""What those who edit an office's offering send and get, besides the contents themselves."""

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from helsetilbud_api.offering import contents
from helsetilbud_api.offering.codes import Area, Service, TriageService
from helsetilbud_api.offering.contents import Substitute, Switches
from helsetilbud_api.offering.schedules import Closure, Period
from helsetilbud_api.offering.triage import TriageForm
from helsetilbud_api.roles import Role
from shared.paging import Page
from shared.schemas import RequestSchema, Schema, Timestamp

_ID: Final = "6f6f0c3e-0c0b-4f38-8f0e-2f0c5e0f7a11"
_CHANGED: Final[JsonDict] = {
    "version": 3,
    "changedAt": "2026-11-22T08:15:30.123Z",
    "changedBy": {"name": "Ragnhild Bergknausen", "role": "gp", "hprNumber": "990000101"},
}


def _example(**members: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [{**members, **_CHANGED}]})


class ChangedBy(Schema):
    name: str | None
    role: Annotated[
        Role, Field(description="A GP of the office, or somebody who edits for one: appointed, or a substitute")
    ]
    hpr_number: str | None


class Changed(Schema):
    """`version` in quotation marks is the ETag; 0 is what nobody has set, with neither time nor person."""

    version: int
    changed_at: Timestamp | None
    changed_by: ChangedBy | None


class PractitionerAtOffice(Schema):
    hpr_number: str
    name: str
    role: Annotated[Literal["gp", "substitute"], Field(description="A GP has a list of patients here")]


class GpOffice(Schema):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "herId": 9900101,
                    "name": "Solfjell legekontor",
                    "address": "Solfjellveien 12, 9999 Solfjell",
                    "practitioners": [{"hprNumber": "990000101", "name": "Ragnhild Bergknausen", "role": "gp"}],
                    "yourRole": "gp",
                    "wholeOffice": True,
                    "standsInFor": [],
                }
            ]
        }
    )

    her_id: int
    name: str
    address: str | None
    practitioners: Sequence[PractitionerAtOffice]
    your_role: Annotated[Role, Field(description="Only a GP appoints editors, and writes a text of their own")]
    whole_office: Annotated[
        bool, Field(description="Whether you edit for all of the office; if not, for the lists in `standsInFor` alone")
    ]
    stands_in_for: Annotated[
        Sequence[str], Field(description="HPR numbers of the GPs on whose lists you work today as a substitute")
    ]


class GpOffices(Page[GpOffice]):
    pass


_STANDARD: Final[JsonDict] = {
    "nb": "Her kan du stille resepsjonen ved legekontoret et praktisk spørsmål.",
    "nn": "Her kan du stille resepsjonen ved legekontoret eit praktisk spørsmål.",
    "en": "Ask the reception at the office a practical question here.",
}


class StandardText(Schema):
    """Of the GP panel the office's name and address; empty for appointment booking, which has none."""

    nb: str
    nn: str
    en: str


class InfoMessage(Changed):
    """H2: the standard text is shown above `text` and cannot be edited."""

    model_config = _example(
        area="contact-office",
        hprNumber=None,
        text="Vi holder stengt i romjulen 😊",
        length=30,
        limit=300,
        standardText=_STANDARD,
    )

    area: Area
    hpr_number: Annotated[str | None, Field(description="Whose patients alone see it; null for all of the office's")]
    text: str | None
    length: Annotated[int, Field(description="Of `text`, in characters as people count them")]
    limit: int
    standard_text: StandardText


class InfoMessages(Page[InfoMessage]):
    pass


class TriageForms(Page[TriageForm]):
    pass


class TriageSetting(Changed):
    """H3: what every patient is led through before a request of this kind goes on."""

    model_config = _example(service="e-contact", controlQuestions="practical-question", checkpoint=None)

    service: TriageService
    control_questions: Annotated[str | None, Field(description="`formId`")]
    checkpoint: Annotated[str | None, Field(description="`formId`")]


class TriageSettings(Page[TriageSetting]):
    pass


class ServicesSetting(Changed):
    """H4, H5: what is switched on for one GP's patients, and when it is closed by schedule."""

    model_config = _example(hprNumber="990000101", **contents.SERVICES_EXAMPLE)

    hpr_number: str
    switches: Switches
    closures: Sequence[Closure]


class SubstitutionSetting(Changed):
    model_config = _example(hprNumber="990000104", **contents.SUBSTITUTION_EXAMPLE)

    hpr_number: Annotated[str, Field(description="The GP whose list it is")]
    away: Sequence[Period]
    substitutes: Sequence[Substitute]


class SubstitutionSettings(Page[SubstitutionSetting]):
    pass


class Person(RequestSchema):
    model_config = ConfigDict(hide_input_in_errors=True)

    national_id: Annotated[
        str, Field(max_length=64, description="Fødselsnummer or D-number, eleven digits", examples=["17858401267"])
    ]


class NewEditor(RequestSchema):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"person": {"nationalId": "17858401267"}, "name": "Ingebjørg Fjellgløtt"}]}
    )

    person: Person
    name: Annotated[str, Field(min_length=1, max_length=contents.LONGEST, description="For the list of editors")]


class OfficeEditor(Changed):
    """Who they are is kept as a citizen reference only; the name is what the GP called them."""

    model_config = _example(editorId=_ID, name="Ingebjørg Fjellgløtt")

    editor_id: UUID
    name: str


class OfficeEditors(Page[OfficeEditor]):
    pass


ServicesToClose = Annotated[
    tuple[Service, ...], Field(min_length=1, max_length=4, description="The services that are closed to the patient")
]
Reason = Annotated[str, Field(max_length=contents.LONGEST, description="For the office only; without identity numbers")]


class BlockChange(RequestSchema):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"services": ["e-consultation"], "reason": "Avtalt med pasienten i dag."}]}
    )

    services: ServicesToClose
    reason: Reason


class NewBlock(BlockChange):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "patient": {"nationalId": "17858401267"},
                    "services": ["e-consultation"],
                    "reason": "Avtalt med pasienten i dag.",
                }
            ]
        }
    )

    patient: Person


class BlockSearch(RequestSchema):
    model_config = ConfigDict(json_schema_extra={"examples": [{"patient": {"nationalId": "17858401267"}}]})

    patient: Person


class BlockedPatient(Changed):
    """Who the patient is, is kept as a citizen reference only: search by number to find their block."""

    model_config = _example(blockId=_ID, services=["e-consultation"], reason="Avtalt med pasienten i dag.")

    block_id: UUID
    services: Sequence[Service]
    reason: str


class BlockedPatients(Page[BlockedPatient]):
    pass


class SettingChange(Changed):
    """H6: one version of one setting. `content` is what a `PUT` of the setting takes."""

    model_config = _example(
        changeId=_ID,
        setting="info-messages/gp-panel",
        content={"text": "Vi holder stengt i romjulen 😊"},
        restoredVersion=None,
        current=True,
    )

    change_id: UUID
    setting: Annotated[str, Field(description="Its address below the office's")]
    content: dict[str, Any]
    restored_version: Annotated[int | None, Field(description="The earlier version that was put back")]
    current: Annotated[bool, Field(description="Whether it still is in force")]


class SettingChanges(Page[SettingChange]):
    pass
