"""The settings of an office by name: which shape each has, what holds before anything is set, and what is checked.

`PUT` and putting an earlier version back (H6) go through the same checks.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Generic, TypeVar, cast
from uuid import UUID

from helsetilbud_api.clients.gp_register import Office
from helsetilbud_api.offering import contents, plain_text, triage
from helsetilbud_api.offering.codes import AREAS, LIMITS, TRIAGE_SERVICES, Area, FormKind, TriageService
from helsetilbud_api.offering.contents import Appointment, Block, InfoText, ServicesOfGp, Substitution, TriageChoice
from helsetilbud_api.offering.errors import FormNotOffered, SubstituteUnknown
from shared.schemas import RequestSchema

C = TypeVar("C", bound=RequestSchema)

# These are made for every panel that is read. An HPR number in an address may be any number, so there is a bound.
_KEPT: Final = lru_cache(maxsize=4096)

EDITORS: Final = "editors/"
BLOCKED_PATIENTS: Final = "blocked-patients/"


@dataclass(frozen=True, slots=True)
class Setting(Generic[C]):
    """`check` returns the content as it is kept, or raises one of `errors`; `only_gps` may change some.

    `of_gp` is the HPR number of the GP whom it is about. `of_list`: it is for that GP's patients alone, so a
    substitute works with it. `own_text`: colleagues leave it alone (H5).
    """

    name: str
    initial: C
    check: Callable[[C, Office], C]
    only_gps: bool = False
    of_gp: str | None = None
    of_list: bool = False
    own_text: bool = False

    def read(self, content: object) -> C:
        return type(self.initial).model_validate(content)


@_KEPT
def info_message(area: Area) -> Setting[InfoText]:
    """Of the whole office (H2)."""
    return Setting(f"info-messages/{area}", contents.NOTHING, _text_within(LIMITS[area]))


@_KEPT
def info_message_of_gp(hpr_number: str, area: Area) -> Setting[InfoText]:
    """Seen by one GP's patients only (H5)."""
    return Setting(
        f"practitioners/{hpr_number}/info-messages/{area}",
        contents.NOTHING,
        _text_within(LIMITS[area]),
        of_gp=hpr_number,
        of_list=True,
        own_text=True,
    )


@_KEPT
def triage_of(service: TriageService) -> Setting[TriageChoice]:
    def check(choice: TriageChoice, _: Office) -> TriageChoice:
        _check_form(choice.control_questions, service, "control-questions")
        _check_form(choice.checkpoint, service, "checkpoint")
        return choice

    return Setting(f"triage/{service}", contents.NO_FORMS, check)


@_KEPT
def services_of(hpr_number: str) -> Setting[ServicesOfGp]:
    """H4, with the schedules of H5."""
    name = f"practitioners/{hpr_number}/services"
    return Setting(name, contents.ALL_ON, _unchecked, of_gp=hpr_number, of_list=True)


@_KEPT
def substitution_of(hpr_number: str) -> Setting[Substitution]:
    return Setting(f"substitutes/{hpr_number}", contents.AS_USUAL, _check_substitutes, of_gp=hpr_number)


def editor(editor_id: UUID) -> Setting[Appointment]:
    def check(appointment: Appointment, _: Office) -> Appointment:
        name = plain_text.checked(appointment.name, contents.NAME_LIMIT, lines=False)
        return appointment.model_copy(update={"name": name})

    return Setting(f"{EDITORS}{editor_id}", contents.NOT_APPOINTED, check, only_gps=True)


def blocked_patient(block_id: UUID) -> Setting[Block]:
    def check(block: Block, _: Office) -> Block:
        reason = plain_text.checked(block.reason, contents.REASON_LIMIT)
        return block.model_copy(update={"reason": reason, "services": tuple(sorted(set(block.services)))})

    return Setting(f"{BLOCKED_PATIENTS}{block_id}", contents.NOT_BLOCKED, check)


def by_name(name: str) -> Setting[RequestSchema]:
    """The setting that a line of the history is about."""
    return cast(Setting[RequestSchema], _by_parts(name.split("/")))


def _by_parts(parts: list[str]) -> object:
    match parts:
        case ["info-messages", area]:
            return info_message(cast(Area, area))
        case ["practitioners", hpr_number, "info-messages", area]:
            return info_message_of_gp(hpr_number, cast(Area, area))
        case ["triage", service]:
            return triage_of(cast(TriageService, service))
        case ["practitioners", hpr_number, "services"]:
            return services_of(hpr_number)
        case ["substitutes", hpr_number]:
            return substitution_of(hpr_number)
        case ["editors", editor_id]:
            return editor(UUID(editor_id))
        case ["blocked-patients", block_id]:
            return blocked_patient(UUID(block_id))
    raise ValueError("no setting of ours")


@_KEPT
def seen_by_patients_of(hpr_number: str) -> tuple[str, ...]:
    """The names of all that the panel of this GP's patients is made from."""
    return (
        services_of(hpr_number).name,
        substitution_of(hpr_number).name,
        *(info_message(area).name for area in AREAS),
        *(info_message_of_gp(hpr_number, area).name for area in AREAS),
        *(triage_of(service).name for service in TRIAGE_SERVICES),
    )


def _unchecked(content: C, _: Office) -> C:
    return content


def _text_within(limit: int) -> Callable[[InfoText, Office], InfoText]:
    def check(message: InfoText, _: Office) -> InfoText:
        return InfoText(text=plain_text.checked(message.text or "", limit) or None)

    return check


def _check_form(form_id: str | None, service: TriageService, kind: FormKind) -> None:
    if form_id is not None and not triage.is_offered(form_id, service, kind):
        raise FormNotOffered(kind=kind)


def _check_substitutes(substitution: Substitution, office: Office) -> Substitution:
    for substitute in substitution.substitutes:
        if office.practitioner(substitute.hpr_number) is None:
            raise SubstituteUnknown(hprNumber=substitute.hpr_number)
    return substitution
