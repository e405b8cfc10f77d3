"""What a patient sees of the GP's office: the one rule (docs/decisions), for the panel and for its preview alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Self

from helsetilbud_api.clients.gp_register import Office, OfficePractitioner
from helsetilbud_api.offering import office_settings
from helsetilbud_api.offering.codes import AREAS, SERVICES, TRIAGE_SERVICES, Area, Service, TriageService
from helsetilbud_api.offering.contents import Attendance, ServicesOfGp, Substitution, TriageChoice
from helsetilbud_api.offering.office_settings import C, Setting

Withheld = Literal["switched-off", "closed-by-schedule", "closed-to-patient", "nobody-attends"]


@dataclass(frozen=True, slots=True)
class Offering:
    """What an office has decided for one GP's patients, with what holds where nothing is decided."""

    hpr_number: str
    office_texts: Mapping[Area, str | None]
    gp_texts: Mapping[Area, str | None]
    triage: Mapping[TriageService, TriageChoice]
    services: ServicesOfGp
    substitution: Substitution

    @classmethod
    def read(cls, hpr_number: str, kept: Mapping[str, object]) -> Self:
        """`kept` is setting's name to content, without those that nobody has set."""

        def content(setting: Setting[C]) -> C:
            return setting.read(kept[setting.name]) if setting.name in kept else setting.initial

        return cls(
            hpr_number=hpr_number,
            office_texts={area: content(office_settings.info_message(area)).text for area in AREAS},
            gp_texts={area: content(office_settings.info_message_of_gp(hpr_number, area)).text for area in AREAS},
            triage={service: content(office_settings.triage_of(service)) for service in TRIAGE_SERVICES},
            services=content(office_settings.services_of(hpr_number)),
            substitution=content(office_settings.substitution_of(hpr_number)),
        )


@dataclass(frozen=True, slots=True)
class Panel:
    """`services` are those with a button. Without any, the whole panel is hidden (H4).

    `gp` is None when the register does not have the GP at the office (any more).
    """

    office: Office
    offering: Offering
    gp: OfficePractitioner | None
    away: bool
    substitutes: tuple[OfficePractitioner, ...]
    withheld: Mapping[Service, Withheld]

    @property
    def services(self) -> tuple[Service, ...]:
        return tuple(service for service in SERVICES if service not in self.withheld)


def compose_panel(office: Office, offering: Offering, blocked: frozenset[Service], now: datetime) -> Panel:
    """What a patient of this GP sees now. `blocked` are the services that the office has closed to the patient."""
    attendance = offering.substitution.attendance(now)
    found = (office.practitioner(hpr_number) for hpr_number in attendance.substitutes)
    substitutes = tuple(it for it in found if it is not None and it.hpr_number != offering.hpr_number)
    attended = Attendance(attendance.away, tuple(it.hpr_number for it in substitutes))
    reasons = {service: _withheld(service, offering.services, blocked, attended, now) for service in SERVICES}
    return Panel(
        office=office,
        offering=offering,
        gp=office.practitioner(offering.hpr_number),
        away=attendance.away,
        substitutes=substitutes,
        withheld={service: reason for service, reason in reasons.items() if reason},
    )


def _withheld(
    service: Service, services: ServicesOfGp, blocked: frozenset[Service], attended: Attendance, now: datetime
) -> Withheld | None:
    """The first that stands in the way of a service (H4, H5); None when it is offered.

    An e-consultation is a question to a doctor, so one must be there to answer it. The other three go to the office.
    """
    if not services.switches.is_on(service):
        return "switched-off"
    if services.is_closed(service, now):
        return "closed-by-schedule"
    if service in blocked:
        return "closed-to-patient"
    if service == "e-consultation" and attended.away and not attended.substitutes:
        return "nobody-attends"
    return None
