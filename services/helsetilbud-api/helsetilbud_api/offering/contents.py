"""What an office decides, each as one document with versions: what is sent in, kept, shown, and put back (H6)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from helsetilbud_api.offering.codes import LIMITS, Service
from helsetilbud_api.offering.schedules import Closure, Period
from shared.norway import day_in_norway
from shared.schemas import RequestSchema

# Sixteen signs a character: a family with skin colours has eleven. Without a bound one character could be a megabyte.
LONGEST: Final = 16 * max(LIMITS.values())
REASON_LIMIT: Final = 500
NAME_LIMIT: Final = 100

HprNumberText = Annotated[str, Field(pattern=r"^[0-9]{1,9}$", examples=["990000105"])]

SWITCHES_EXAMPLE: Final[JsonDict] = {"appointment": True, "renewal": True, "contact": True, "eConsultation": False}
SERVICES_EXAMPLE: Final[JsonDict] = {
    "switches": SWITCHES_EXAMPLE,
    "closures": [
        {"kind": "holiday", "services": ["appointment"], "firstDay": "2026-12-23", "lastDay": "2027-01-02"},
        {"kind": "night", "services": ["contact"], "closes": "16:00", "opens": "08:00"},
        {
            "kind": "weekend",
            "services": ["contact", "renewal"],
            "closesOn": "friday",
            "closes": "15:30",
            "opensOn": "monday",
            "opens": "08:00",
        },
    ],
}
SUBSTITUTION_EXAMPLE: Final[JsonDict] = {
    "away": [{"firstDay": "2026-12-01", "lastDay": None}],
    "substitutes": [{"hprNumber": "990000105", "firstDay": "2026-12-01", "lastDay": None}],
}


class InfoText(RequestSchema):
    """H2: what the office adds below the standard text; null or empty for nothing."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "Vi holder stengt i romjulen 😊"}]})

    text: Annotated[str | None, Field(max_length=LONGEST, description="Plain text; characters as people count them")]


class TriageChoice(RequestSchema):
    """Form ids (`formId`) from the standard list of the service; null for none."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"controlQuestions": "before-appointment", "checkpoint": None}]}
    )

    control_questions: Annotated[str | None, Field(max_length=60)]
    checkpoint: Annotated[str | None, Field(max_length=60)]


class Switches(RequestSchema):
    model_config = ConfigDict(json_schema_extra={"examples": [SWITCHES_EXAMPLE]})

    appointment: bool
    renewal: bool
    contact: bool
    e_consultation: bool

    def is_on(self, service: Service) -> bool:
        return bool(getattr(self, service.replace("-", "_")))


class ServicesOfGp(RequestSchema):
    """H4, H5: what one GP's patients are offered, and when it is closed."""

    model_config = ConfigDict(json_schema_extra={"examples": [SERVICES_EXAMPLE]})

    switches: Switches
    closures: Annotated[tuple[Closure, ...], Field(max_length=100)] = ()

    def is_closed(self, service: Service, now: datetime) -> bool:
        return any(service in closure.services and closure.covers(now) for closure in self.closures)


class Substitute(Period):
    hpr_number: HprNumberText


@dataclass(frozen=True, slots=True)
class Attendance:
    """Who answers a list's patients now: the GP unless away, and the substitutes, by HPR number."""

    away: bool
    substitutes: tuple[str, ...]


class Substitution(RequestSchema):
    """H5: when the GP is away, and who works on the GP's list: nobody, one, or several."""

    model_config = ConfigDict(json_schema_extra={"examples": [SUBSTITUTION_EXAMPLE]})

    away: Annotated[tuple[Period, ...], Field(max_length=50)] = ()
    substitutes: Annotated[tuple[Substitute, ...], Field(max_length=50)] = ()

    def attendance(self, now: datetime) -> Attendance:
        today = day_in_norway(now)
        there = dict.fromkeys(it.hpr_number for it in self.substitutes if it.covers(today))
        return Attendance(any(period.covers(today) for period in self.away), tuple(there))


class Appointment(RequestSchema):
    """H5: somebody who edits on behalf of the office; not `active` any more when taken off."""

    name: str
    active: bool


class Block(RequestSchema):
    """H5: the services that are closed to one patient, none when the block is lifted."""

    services: tuple[Service, ...]
    reason: str


NOTHING: Final = InfoText(text=None)
NO_FORMS: Final = TriageChoice(control_questions=None, checkpoint=None)
ALL_ON: Final = ServicesOfGp(switches=Switches(appointment=True, renewal=True, contact=True, e_consultation=True))
AS_USUAL: Final = Substitution()
NOT_APPOINTED: Final = Appointment(name="", active=False)
NOT_BLOCKED: Final = Block(services=(), reason="")
