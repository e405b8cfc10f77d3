"""Whether a patient can be reached, in codes and in words that a practitioner can pass on (P3, P4)."""

from datetime import date, datetime
from typing import Any, Final, Literal

from prescription_api import writing
from prescription_api.clients.consent import DigitallyActive
from prescription_api.errors import PatientNotDigitallyActive
from prescription_api.models import OSLO
from prescription_api.outside import Outside
from shared.auth import Practitioner
from shared.language import LANGUAGES, Text
from shared.nationalid import NationalId

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


def explain(reasons: tuple[str, ...], language: str) -> list[dict[str, str]]:
    return [{"code": code, "text": REASONS.get(code, _UNKNOWN)[language]} for code in reasons]


def check_reachable(standing: DigitallyActive) -> None:
    """P4. Raises PatientNotDigitallyActive with the codes, and the words in each language."""
    if standing.reachable:
        return
    words = {tag: " ".join(part["text"] for part in explain(standing.reasons, tag)) for tag in LANGUAGES}
    raise PatientNotDigitallyActive(words if standing.reasons else None, reasons=list(standing.reasons))


def age_class(birth_date: date, today: date) -> AgeClass:
    """S5: 0-11, 12-15, 16 and over, to the day."""
    age = today.year - birth_date.year - ((today.month, today.day) < (birth_date.month, birth_date.day))
    return "child" if age < 12 else "youth" if age < 16 else "adult"


async def look_up(outside: Outside, caller: Practitioner, number: str, language: str, now: datetime) -> dict[str, Any]:
    """The patient as a practitioner may see them before prescribing; written in the access log (P13)."""
    national_id = NationalId.parse(number, allow_synthetic=outside.allow_synthetic)
    prescriber = await outside.prescriber(caller, now)
    citizen = outside.references.of(national_id)
    person = await outside.persons.find_living(national_id, citizen)
    standing = await outside.consent.digitally_active(national_id)
    await writing.log_look_up(
        outside.database,
        citizen=citizen,
        now=now,
        hpr_number=prescriber.hpr_number,
        name=prescriber.name,
        profession=prescriber.profession(()),
        organisation=caller.organisation,
        client_id=caller.client_id,
    )
    return {
        "name": person.name,
        "age_class": age_class(person.birth_date, now.astimezone(OSLO).date()),
        "digitally_active": standing.reachable,
        "reasons": explain(standing.reasons, language),
    }
