"""Whether a patient can be reached, in codes and in words that a practitioner can pass on (P3, P4)."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final, Literal

from prescription_api import writing
from prescription_api.clients.consent import DigitallyActive
from prescription_api.clients.person_register import Person
from prescription_api.errors import AboutPatient, PatientNotDigitallyActive, PatientTooYoung
from prescription_api.models import AccessEntry, Prescriber
from prescription_api.outside import Outside
from shared.auth import Practitioner
from shared.events.catalog import ToolDocument
from shared.language import LANGUAGES, Text
from shared.nationalid import NationalId
from shared.norway import age_on, day_in_norway

AgeClass = Literal["child", "youth", "adult"]

REASONS: Final[dict[str, Text]] = {
    "no-consent": {
        "nb": "Pasienten har ikke tatt i bruk Helsenorge. Det gjøres ved å logge inn der og velge samtykket «Full».",
        "nn": "Pasienten har ikkje teke i bruk Helsenorge. Det gjer ein ved å logge inn der og velje samtykket «Full».",
        "en": "The patient does not use Helsenorge yet. They can log in there and choose the consent level Full.",
    },
    "consent-basis-only": {
        "nb": "Pasienten har samtykkenivået «Basis». Verktøy krever «Full», som pasienten kan velge på Helsenorge.",
        "nn": "Pasienten har samtykkenivået «Basis». Verktøy krev «Full», som pasienten kan velje på Helsenorge.",
        "en": "The patient's consent level is Basis. Tools require Full, which the patient can choose on Helsenorge.",
    },
    "too-young": {
        "nb": "Pasienten er for ung til å bruke Helsenorge på egen hånd, og ingen kan gjøre det på vegne av dem.",
        "nn": "Pasienten er for ung til å bruke Helsenorge på eiga hand, og ingen kan gjere det på vegner av dei.",
        "en": "The patient is too young to use Helsenorge alone, and nobody can do so on their behalf.",
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
_UNKNOWN: Final[Text] = {
    "nb": "Pasienten kan ikke nås på Helsenorge.",
    "nn": "Pasienten kan ikkje nåast på Helsenorge.",
    "en": "The patient cannot be reached on Helsenorge.",
}


def explain(reasons: Sequence[str], language: str) -> list[dict[str, str]]:
    return [{"code": code, "text": REASONS.get(code, _UNKNOWN)[language]} for code in reasons]


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
    """P4, K1. Raises PatientNotDigitallyActive with every reason, or PatientTooYoung."""
    if not (standing.active or (standing.active_through_others and tool.representative_may_use)):
        only_others = ("representative-not-allowed",) if standing.active_through_others else ()
        raise _not_active((*standing.reasons, *only_others))
    if age_on(today, person.birth_date) < tool.minimum_age:
        raise _too_young(tool.minimum_age)


def _not_active(reasons: Sequence[str]) -> PatientNotDigitallyActive:
    words = {tag: " ".join(part["text"] for part in explain(reasons, tag)) for tag in LANGUAGES}
    return PatientNotDigitallyActive(words if reasons else None, reasons=list(reasons))


def _too_young(minimum_age: int) -> PatientTooYoung:
    words = {
        "nb": f"Verktøyet er for personer som har fylt {minimum_age} år.",
        "nn": f"Verktøyet er for personar som har fylt {minimum_age} år.",
        "en": f"The tool is for people aged {minimum_age} or over.",
    }
    return PatientTooYoung(words, minimumAge=minimum_age)


def age_class(birth_date: date, today: date) -> AgeClass:
    """S5: 0-11, 12-15, 16 and over."""
    age = age_on(today, birth_date)
    return "child" if age < 12 else "youth" if age < 16 else "adult"


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
    outcome = None if standing.reachable else PatientNotDigitallyActive.code
    await writing.log_access(outside.database, replace(entry, outcome=outcome))
    return {
        "name": person.name,
        "age_class": age_class(person.birth_date, day_in_norway(now)),
        "digitally_active": standing.reachable,
        "active_through_others": standing.active_through_others,
        "reasons": [] if standing.reachable else explain(standing.reasons, language),
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
