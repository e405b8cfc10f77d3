"""Whether a patient can be reached, in codes and in words that a practitioner can pass on (P3, P4)."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from prescription_api import writing
from prescription_api.clients.consent import DigitallyActive
from prescription_api.clients.person_register import Person
from prescription_api.errors import (
    AboutPatient,
    PatientNotDigitallyActive,
    PatientOutsideTargetGroup,
    PatientTooYoung,
)
from prescription_api.models import AccessEntry, Prescriber
from prescription_api.outside import Outside
from shared.access_rules import AgeClass, age_class, why_not_received
from shared.auth import Practitioner
from shared.events.catalog import ToolDocument
from shared.language import LANGUAGES, Text
from shared.nationalid import NationalId
from shared.norway import age_on, day_in_norway

REASONS: Final[dict[str, Text]] = {
    "no-consent": {
        "nb": "Pasienten har ikke tatt i bruk Helsenorge. Pasienten kan logge inn der og velge samtykket «Full».",
        "nn": "Pasienten har ikkje teke i bruk Helsenorge. Pasienten kan logge inn der og velje samtykket «Full».",
        "en": "The patient does not use Helsenorge yet. They can log in there and choose the consent level Full.",
    },
    "consent-basis-only": {
        "nb": "Pasienten har samtykkenivået «Basis». Verktøy krever «Full», som pasienten kan velge på Helsenorge.",
        "nn": "Pasienten har samtykkenivået «Basis». Verktøy krev «Full», som pasienten kan velje på Helsenorge.",
        "en": "The patient's consent level is Basis. Tools require Full, which the patient can choose on Helsenorge.",
    },
    "too-young": {
        "nb": "Pasienten er under 12 år og kan ikke bruke Helsenorge selv.",
        "nn": "Pasienten er under 12 år og kan ikkje bruke Helsenorge sjølv.",
        "en": "The patient is under 12 and cannot use Helsenorge themselves.",
    },
    "own-access-missing": {
        "nb": "Pasienten er mellom 12 og 15 år og har ikke fått egen tilgang til Helsenorge av en forelder.",
        "nn": "Pasienten er mellom 12 og 15 år og har ikkje fått eigen tilgang til Helsenorge av ein forelder.",
        "en": "The patient is between 12 and 15, and no parent has given them an access of their own to Helsenorge.",
    },
    "no-representative": {
        "nb": "Ingen som kan handle på vegne av pasienten, er digitalt aktiv på Helsenorge.",
        "nn": "Ingen som kan handle på vegner av pasienten, er digitalt aktiv på Helsenorge.",
        "en": "Nobody who may act on the patient's behalf is digitally active on Helsenorge.",
    },
    "representative-not-allowed": {
        "nb": "Andre kan bruke Helsenorge på vegne av pasienten, men verktøyet kan bare brukes av pasienten selv.",
        "nn": "Andre kan bruke Helsenorge på vegner av pasienten, men verktøyet kan berre brukast av pasienten sjølv.",
        "en": "Others can use Helsenorge on the patient's behalf, but only the patient can use this tool.",
    },
    "deceased": {
        "nb": "Pasienten er registrert som død.",
        "nn": "Pasienten er registrert som død.",
        "en": "The patient is registered as deceased.",
    },
    "reserved": {
        "nb": "Pasienten har reservert seg mot å bli kontaktet på denne måten.",
        "nn": "Pasienten har reservert seg mot å bli kontakta på denne måten.",
        "en": "The patient has opted out of being contacted this way.",
    },
}
# a parent chooses for them; so may the young with an access of their own
_OF_MINORS: Final[dict[str, Text]] = {
    "no-consent": {
        "nb": "Helsenorge er ikke i bruk for pasienten. En forelder kan logge inn der og velge samtykket «Full».",
        "nn": "Helsenorge er ikkje i bruk for pasienten. Ein forelder kan logge inn der og velje samtykket «Full».",
        "en": "Helsenorge is not used for the patient yet. A parent can log in and choose the consent level Full.",
    },
    "consent-basis-only": {
        "nb": "Pasienten har samtykkenivået «Basis». Verktøy krever «Full», som en forelder kan velge på Helsenorge.",
        "nn": "Pasienten har samtykkenivået «Basis». Verktøy krev «Full», som ein forelder kan velje på Helsenorge.",
        "en": "The patient's consent level is Basis. Tools require Full, which a parent can choose on Helsenorge.",
    },
}
_UNKNOWN: Final[Text] = {
    "nb": "Pasienten er ikke digitalt aktiv på Helsenorge.",
    "nn": "Pasienten er ikkje digitalt aktiv på Helsenorge.",
    "en": "The patient is not digitally active on Helsenorge.",
}


_NOT_FOR: Final[dict[AgeClass, Text]] = {
    "child": {
        "nb": "Verktøyet er ikke laget for barn under 12 år.",
        "nn": "Verktøyet er ikkje laga for barn under 12 år.",
        "en": "The tool is not made for children under 12.",
    },
    "youth": {
        "nb": "Verktøyet er ikke laget for ungdom mellom 12 og 15 år.",
        "nn": "Verktøyet er ikkje laga for ungdom mellom 12 og 15 år.",
        "en": "The tool is not made for young people between 12 and 15.",
    },
}


def explain(reasons: Sequence[str], age: AgeClass, language: str) -> list[dict[str, str]]:
    words = REASONS if age == "adult" else REASONS | _OF_MINORS
    return [{"code": code, "text": words.get(code, _UNKNOWN)[language]} for code in reasons]


def reasons_against(standing: DigitallyActive, age: AgeClass) -> list[str]:
    """Why the patient is not active themselves. consent-api says `too-young` of everybody who cannot act alone; here it
    is said what is missing, and that nobody can be reached in their place where nothing else stands in the way.
    """
    missing = "own-access-missing" if age == "youth" else "too-young"
    reasons = [missing if code == "too-young" else code for code in standing.reasons]
    return [*reasons, "no-representative"] if reasons == [missing] and not standing.active_through_others else reasons


async def ask_about(
    outside: Outside, national_id: NationalId, citizen: str, until: float
) -> tuple[Person, DigitallyActive]:
    """Both are asked at once; that somebody is unknown or dead weighs more than their consent (P3, P4).

    Raises PatientUnknown, PatientDeceased, PersonRegisterUnavailable or ConsentServiceUnavailable.
    """
    person, standing = await asyncio.gather(
        outside.persons.find_living(national_id, citizen, until),
        outside.consent.digitally_active(national_id, until),
        return_exceptions=True,
    )
    if isinstance(person, BaseException):
        raise person
    if isinstance(standing, BaseException):
        raise standing
    return person, standing


def check_can_use(tool: ToolDocument, person: Person, standing: DigitallyActive, today: date) -> None:
    """P4, K1, S5. Raises PatientNotDigitallyActive with every reason, PatientTooYoung or PatientOutsideTargetGroup."""
    years = age_on(today, person.birth_date)
    age = age_class(years)
    match why_not_received(tool, years, alone=standing.active, through_others=standing.active_through_others):
        case "not-digitally-active":
            raise _not_active(reasons_against(standing, age), age)
        case "representative-not-allowed" as only_patient:
            raise _not_active([*reasons_against(standing, age), only_patient], age)
        case "below-lowest-age":
            raise _too_young(tool.minimum_age)
        case "outside-target-group":
            raise PatientOutsideTargetGroup(_NOT_FOR[age], targetGroups=list(tool.target_groups))


def _not_active(reasons: Sequence[str], age: AgeClass) -> PatientNotDigitallyActive:
    words = {tag: " ".join(part["text"] for part in explain(reasons, age, tag)) for tag in LANGUAGES}
    return PatientNotDigitallyActive(words if reasons else None, reasons=list(reasons))


def _too_young(minimum_age: int) -> PatientTooYoung:
    words = {
        "nb": f"Verktøyet er for personer som har fylt {minimum_age} år.",
        "nn": f"Verktøyet er for personar som har fylt {minimum_age} år.",
        "en": f"The tool is for people aged {minimum_age} or over.",
    }
    return PatientTooYoung(words, minimumAge=minimum_age)


async def look_up(outside: Outside, caller: Practitioner, number: str, language: str, now: datetime) -> dict[str, Any]:
    """The patient as a practitioner may see them before prescribing; written in the access log, also when the answer
    is that the patient is dead (P13).
    """
    until = outside.until()
    national_id = NationalId.parse(number, allow_synthetic=outside.allow_synthetic)
    prescriber = await outside.prescriber(caller, now, until)
    citizen = outside.asked_about(caller, national_id)
    entry = _entry(citizen, caller, prescriber, now)
    try:
        person, standing = await ask_about(outside, national_id, citizen, until)
    except AboutPatient as refusal:
        await writing.log_access(outside.database, replace(entry, outcome=refusal.code))
        raise
    age = age_class(age_on(day_in_norway(now), person.birth_date))
    outcome = None if standing.reachable else PatientNotDigitallyActive.code
    await writing.log_access(outside.database, replace(entry, outcome=outcome))
    return {
        "name": person.name,
        "age_class": age,
        "digitally_active": standing.reachable,
        "active_themselves": standing.active,
        "active_through_others": standing.active_through_others,
        "reasons": [] if standing.reachable else explain(reasons_against(standing, age), age, language),
    }


def _entry(citizen: str, caller: Practitioner, prescriber: Prescriber, now: datetime) -> AccessEntry:
    return AccessEntry(
        citizen=citizen,
        at=now,
        action="looked-up",
        hpr_number=prescriber.hpr_number,
        name=prescriber.name,
        profession=prescriber.profession(()),
        organisation=caller.organisation,
        client_id=caller.client_id,
    )
