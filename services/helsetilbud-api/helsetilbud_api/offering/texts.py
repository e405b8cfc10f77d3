"""What the platform itself says in the panel: the fixed standard texts (H2), names, and who answers."""

from collections.abc import Sequence
from typing import Final, Literal

from helsetilbud_api.offering.codes import Area, Service, TriageService
from shared.language import Text

HiddenReason = Literal["no-gp", "no-services"]

STANDARD_TEXTS: Final[dict[Area, Text]] = {
    "gp-panel": {
        "nb": "Her er det legekontoret tilbyr deg på nett. Haster det, skal du ringe.",
        "nn": "Her er det legekontoret tilbyr deg på nett. Hastar det, skal du ringje.",
        "en": "This is what your doctor's office offers you online. If it is urgent, call instead.",
    },
    "prescription-renewal": {
        "nb": "Her ber du om ny resept på medisin du allerede bruker. Legen vurderer hver resept, og andre ved kontoret"
        " kan forberede svaret. Regn med svar innen en uke.",
        "nn": "Her ber du om ny resept på medisin du alt bruker. Legen vurderer kvar resept, og andre ved kontoret kan"
        " førebu svaret. Rekn med svar innan ei veke.",
        "en": "Ask here for a new prescription for medicine you already use. The doctor assesses each one, and others"
        " at the office may prepare the answer. Expect it within a week.",
    },
    "e-consultation": {
        "nb": "Her spør du legen om helsen din. Du betaler som for en time på kontoret. Er legen borte, kan en kollega"
        " svare. Regn med svar innen en uke. Står det om liv: ring 113.",
        "nn": "Her spør du legen om helsa di. Du betaler som for ein time på kontoret. Er legen borte, kan ein kollega"
        " svare. Rekn med svar innan ei veke. Står det om liv: ring 113.",
        "en": "Ask the doctor about your health here. You pay as for a visit. If the doctor is away, a colleague may"
        " answer. Expect an answer within a week. If a life is at stake: call 113.",
    },
    "contact-office": {
        "nb": "Her skriver du til resepsjonen om praktiske ting, som timer, attester og regninger. Skriv ikke om sykdom"
        " her.",
        "nn": "Her skriv du til resepsjonen om praktiske ting, som timar, attestar og rekningar. Skriv ikkje om sjukdom"
        " her.",
        "en": "Write to the reception here about practical matters, such as appointments, certificates and bills. Do"
        " not write about illness here.",
    },
    "appointment-booking": {
        "nb": "Her bestiller du time hos legekontoret. Trenger du hjelp i dag, ring kontoret, eller legevakten på 116"
        " 117 når det er stengt.",
        "nn": "Her bestiller du time hos legekontoret. Treng du hjelp i dag, ring kontoret, eller legevakta på 116 117"
        " når det er stengt.",
        "en": "Book an appointment at the office here. If you need help today, call the office, or the emergency clinic"
        " on 116 117 when it is closed.",
    },
}

SERVICE_NAMES: Final[dict[Service, Text]] = {
    "appointment": {"nb": "Bestill time", "nn": "Bestill time", "en": "Book an appointment"},
    "renewal": {"nb": "Forny resept", "nn": "Forny resept", "en": "Renew a prescription"},
    "contact": {"nb": "Kontakt legekontoret", "nn": "Kontakt legekontoret", "en": "Contact the office"},
    "e-consultation": {"nb": "Start e-konsultasjon", "nn": "Start e-konsultasjon", "en": "Start an e-consultation"},
}

TRIAGE_NAMES: Final[dict[TriageService, Text]] = {
    "appointment-consultation": {"nb": "Time hos legen", "nn": "Time hos legen", "en": "See the doctor"},
    "appointment-corona-test": {"nb": "Koronatest", "nn": "Koronatest", "en": "Corona test"},
    "appointment-corona-vaccine": {"nb": "Koronavaksine", "nn": "Koronavaksine", "en": "Corona vaccine"},
    "appointment-influenza-vaccine": {"nb": "Influensavaksine", "nn": "Influensavaksine", "en": "Influenza vaccine"},
    "appointment-laboratory": {"nb": "Prøver på laboratoriet", "nn": "Prøver på laboratoriet", "en": "Laboratory"},
    "e-consultation": {"nb": "E-konsultasjon", "nn": "E-konsultasjon", "en": "E-consultation"},
    "e-contact": {"nb": "Melding til kontoret", "nn": "Melding til kontoret", "en": "Message to the office"},
    "prescription-renewal": {"nb": "Reseptfornyelse", "nn": "Reseptfornying", "en": "Prescription renewal"},
}

HIDDEN_PANEL: Final[dict[HiddenReason, Text]] = {
    "no-gp": {
        "nb": "Du står ikke på listen til noen fastlege.",
        "nn": "Du står ikkje på lista til nokon fastlege.",
        "en": "You are not on the list of any GP.",
    },
    "no-services": {
        "nb": "Legekontoret ditt har ingen tjenester åpne for deg på nett nå. Ring kontoret om du trenger hjelp.",
        "nn": "Legekontoret ditt har ingen tenester opne for deg på nett no. Ring kontoret om du treng hjelp.",
        "en": "Your doctor's office has no online services open to you now. Call the office if you need help.",
    },
}

_PRESENT: Final[Text] = {
    "nb": "Fastlegen din er {gp}.",
    "nn": "Fastlegen din er {gp}.",
    "en": "Your GP is {gp}.",
}
_PRESENT_WITH_OTHERS: Final[Text] = {
    "nb": "Fastlegen din er {gp}. Du kan også møte {others}.",
    "nn": "Fastlegen din er {gp}. Du kan òg møte {others}.",
    "en": "Your GP is {gp}. You may also meet {others}.",
}
_AWAY: Final[Text] = {
    "nb": "{gp} er borte og har ingen vikar nå.",
    "nn": "{gp} er borte og har ingen vikar no.",
    "en": "{gp} is away and has no substitute now.",
}
_AWAY_WITH_OTHERS: Final[Text] = {
    "nb": "{gp} er borte. I stedet møter du {others}.",
    "nn": "{gp} er borte. I staden møter du {others}.",
    "en": "{gp} is away. You will meet {others} instead.",
}
# away, and whether there are substitutes
_ATTENDANCE: Final = {
    (False, False): _PRESENT,
    (False, True): _PRESENT_WITH_OTHERS,
    (True, False): _AWAY,
    (True, True): _AWAY_WITH_OTHERS,
}
_OR: Final[Text] = {"nb": " eller ", "nn": " eller ", "en": " or "}


def attendance_text(language: str, gp: str, away: bool, others: Sequence[str]) -> str:
    """Who answers the patient, by names."""
    *first, last = others or ("",)
    listed = _OR[language].join(part for part in (", ".join(first), last) if part)
    return _ATTENDANCE[away, bool(others)][language].format(gp=gp, others=listed)
