"""The panel as it is shown, in one of the languages; the citizen's own and the preview are made here alike."""

from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from helsetilbud_api.offering import texts, triage
from helsetilbud_api.offering.codes import AREA_OF, TRIAGE_OF, Area, Service, TriageService
from helsetilbud_api.offering.panel import Panel, Withheld
from helsetilbud_api.offering.texts import HiddenReason
from helsetilbud_api.offering.triage import FORM_EXAMPLE, TriageForm
from shared.schemas import Schema


class HiddenPanel(Schema):
    """The panel is not shown: the citizen has no GP, or nothing is offered at the moment (H4)."""

    reason: HiddenReason
    text: Annotated[str, Field(description="For the citizen")]


class ShownMessage(Schema):
    """The fixed standard text, and below it what the office and the GP have added (H2, H5). All is plain text."""

    standard_text: Annotated[
        str, Field(description="Of the panel the office's name and address; empty for appointment booking")
    ]
    office_text: str | None
    gp_text: str | None


class ShownTriage(Schema):
    """What the patient is led through before a request of this kind goes on (H3): the control questions first."""

    service: TriageService
    name: str
    control_questions: TriageForm | None
    checkpoint: TriageForm | None


class ShownService(Schema):
    """A button: its name, what is said when it is pressed, and the kinds of request behind it."""

    service: Service
    name: str
    message: ShownMessage
    notices: Annotated[
        Sequence[str],
        Field(description="What is said beside the request: what to write, and whom to call when it cannot wait"),
    ]
    triage: Sequence[ShownTriage]


class ShownGp(Schema):
    hpr_number: str
    name: Annotated[str | None, Field(description="Null when the register does not have the GP at the office")]
    away: bool


class ShownSubstitute(Schema):
    hpr_number: str
    name: str


class ShownOffice(Schema):
    her_id: int
    name: str
    address: str | None


_CONTACT: Final = texts.standard_text("contact-office", "Solfjell legekontor", None)
_EXAMPLE: Final[JsonDict] = {
    "hidden": None,
    "office": {"herId": 9900101, "name": "Solfjell legekontor", "address": "Solfjellveien 12, 9999 Solfjell"},
    "gp": {"hprNumber": "990000101", "name": "Ragnhild Bergknausen", "away": False},
    "substitutes": [],
    "attendanceText": "Fastlegen din er Ragnhild Bergknausen.",
    "message": {
        "standardText": "Solfjell legekontor\nSolfjellveien 12, 9999 Solfjell",
        "officeText": "Vi holder stengt i romjulen 😊",
        "gpText": None,
    },
    "services": [
        {
            "service": "contact",
            "name": "Kontakt legekontoret",
            "message": {
                "standardText": _CONTACT["nb"],
                "officeText": None,
                "gpText": None,
            },
            "notices": [it["nb"] for it in texts.NOTICES["contact"]],
            "triage": [
                {
                    "service": "e-contact",
                    "name": "Melding til kontoret",
                    "controlQuestions": FORM_EXAMPLE,
                    "checkpoint": None,
                }
            ],
        }
    ],
}
_HIDDEN_EXAMPLE: Final[JsonDict] = {
    "hidden": {"reason": "no-gp", "text": texts.HIDDEN_PANEL["no-gp"]["nb"]},
    "office": None,
    "gp": None,
    "substitutes": [],
    "attendanceText": None,
    "message": None,
    "services": [],
}


class GpPanel(Schema):
    """What a patient sees of the GP's office at a moment. When `hidden`, nothing else is there."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE, _HIDDEN_EXAMPLE]})

    hidden: HiddenPanel | None
    office: ShownOffice | None = None
    gp: ShownGp | None = None
    substitutes: Annotated[Sequence[ShownSubstitute], Field(description="Those who work on the GP's list now")] = ()
    attendance_text: Annotated[
        str | None, Field(description="Who answers, in words for the citizen; null when `gp` has no name")
    ] = None
    message: Annotated[ShownMessage | None, Field(description="Of the panel and the GP's page")] = None
    services: Annotated[Sequence[ShownService], Field(description="One for each button")] = ()


class WithheldService(Schema):
    service: Service
    reason: Withheld


class PanelPreview(Schema):
    """`panel` is what such a patient sees; `withheld` says to the office alone why the other services are not there."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"panel": _EXAMPLE, "withheld": [{"service": "e-consultation", "reason": "switched-off"}]}]
        }
    )

    panel: GpPanel
    withheld: Sequence[WithheldService]


def render_panel(panel: Panel | None, language: str) -> GpPanel:
    """None is a citizen without a GP."""
    if panel is None:
        return _hidden("no-gp", language)
    if not panel.services:
        return _hidden("no-services", language)
    gp_name = panel.gp.name if panel.gp else None
    names = [it.name for it in panel.substitutes]
    return GpPanel(
        hidden=None,
        office=ShownOffice(her_id=panel.office.her_id, name=panel.office.name, address=panel.office.address),
        gp=ShownGp(hpr_number=panel.offering.hpr_number, name=gp_name, away=panel.away),
        substitutes=[ShownSubstitute(hpr_number=it.hpr_number, name=it.name) for it in panel.substitutes],
        attendance_text=texts.attendance_text(language, gp_name, panel.away, names) if gp_name else None,
        message=_message(panel, "gp-panel", language),
        services=[_service(panel, service, language) for service in panel.services],
    )


def render_preview(panel: Panel, language: str) -> PanelPreview:
    withheld = [WithheldService(service=service, reason=reason) for service, reason in panel.withheld.items()]
    return PanelPreview(panel=render_panel(panel, language), withheld=withheld)


def _hidden(reason: HiddenReason, language: str) -> GpPanel:
    return GpPanel(hidden=HiddenPanel(reason=reason, text=texts.HIDDEN_PANEL[reason][language]))


def _message(panel: Panel, area: Area, language: str) -> ShownMessage:
    office = panel.office
    return ShownMessage(
        standard_text=texts.standard_text(area, office.name, office.address)[language],
        office_text=panel.offering.office_texts[area],
        gp_text=panel.offering.gp_texts[area],
    )


def _service(panel: Panel, service: Service, language: str) -> ShownService:
    return ShownService(
        service=service,
        name=texts.SERVICE_NAMES[service][language],
        message=_message(panel, AREA_OF[service], language),
        notices=[it[language] for it in texts.NOTICES[service]],
        triage=[_triage(panel, it, language) for it in TRIAGE_OF[service]],
    )


def _triage(panel: Panel, service: TriageService, language: str) -> ShownTriage:
    chosen = panel.offering.triage[service]

    def form(form_id: str | None) -> TriageForm | None:
        return triage.shown(form_id, language) if form_id else None

    return ShownTriage(
        service=service,
        name=texts.TRIAGE_NAMES[service][language],
        control_questions=form(chosen.control_questions),
        checkpoint=form(chosen.checkpoint),
    )
