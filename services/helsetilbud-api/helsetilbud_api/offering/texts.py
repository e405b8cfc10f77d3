"""What the platform itself says in the panel: the fixed standard texts (H2), names, and who answers."""

from collections.abc import Sequence
from typing import Final, Literal

from helsetilbud_api.offering.codes import Area, Service, TriageService
from shared.language import LANGUAGES, Text

HiddenReason = Literal["no-gp", "no-services"]

# Without the head of the panel, which is the office's, and appointment booking, which has none.
_STANDARD_TEXTS: Final[dict[Area, Text]] = {
    "prescription-renewal": {
        "nb": "Her kan du be om å få fornyet én eller flere resepter. Andre enn fastlegen ved legekontoret kan lese"
        " meldingen. Legekontoret tar kontakt med deg innen fem arbeidsdager.",
        "nn": "Her kan du be om å få fornya éin eller fleire reseptar. Andre enn fastlegen ved legekontoret kan lese"
        " meldinga. Legekontoret tek kontakt med deg innan fem arbeidsdagar.",
        "en": "Ask here to have one or more prescriptions renewed. Others at the office than your GP may read the"
        " message. The office contacts you within five working days.",
    },
    "e-consultation": {
        "nb": "Her kan du stille fastlegen et medisinsk spørsmål. Du betaler samme egenandel som for en time på"
        " legekontoret. Er fastlegen borte, kan annet helsepersonell ved legekontoret lese og besvare meldingen."
        " Legekontoret tar kontakt med deg innen fem arbeidsdager.",
        "nn": "Her kan du stille fastlegen eit medisinsk spørsmål. Du betaler same eigendel som for ein time på"
        " legekontoret. Er fastlegen borte, kan anna helsepersonell ved legekontoret lese og svare på meldinga."
        " Legekontoret tek kontakt med deg innan fem arbeidsdagar.",
        "en": "Ask your GP a medical question here. You pay the same own share as for a visit to the office. If your"
        " GP is away, other health personnel at the office may read and answer the message. The office contacts you"
        " within five working days.",
    },
    "contact-office": {
        "nb": "Her kan du stille resepsjonen ved legekontoret et praktisk spørsmål. Legekontoret tar kontakt med deg"
        " innen fem arbeidsdager.",
        "nn": "Her kan du stille resepsjonen ved legekontoret eit praktisk spørsmål. Legekontoret tek kontakt med deg"
        " innan fem arbeidsdagar.",
        "en": "Ask the reception at the office a practical question here. The office contacts you within five working"
        " days.",
    },
}


def standard_text(area: Area, office_name: str, office_address: str | None) -> Text:
    """H2, in every language; empty where the area has none. The panel's head is two lines, one without an address."""
    if area == "gp-panel":
        head = "\n".join(line for line in (office_name, office_address) if line)
        return dict.fromkeys(LANGUAGES, head)
    return _STANDARD_TEXTS.get(area, dict.fromkeys(LANGUAGES, ""))


_URGENT: Final[Text] = {
    "nb": "Ring 113 ved øyeblikkelig hjelp. Trenger du hjelp når legekontoret er stengt, ring legevakten på 116 117.",
    "nn": "Ring 113 ved augeblikkeleg hjelp. Treng du hjelp når legekontoret er stengt, ring legevakta på 116 117.",
    "en": "Call 113 in an emergency. If you need help when the office is closed, call the emergency clinic on 116 117.",
}
NOTICES: Final[dict[Service, tuple[Text, ...]]] = {
    "appointment": (_URGENT,),
    "renewal": (_URGENT,),
    "contact": (_URGENT,),
    "e-consultation": (
        {
            "nb": "Fortell hva du lurer på, hvilke symptomer du har, hvordan du har det nå, og om noe har endret seg i"
            " det siste.",
            "nn": "Fortel kva du lurer på, kva symptom du har, korleis du har det no, og om noko har endra seg i det"
            " siste.",
            "en": "Tell what you wonder about, which symptoms you have, how you are now, and whether anything has"
            " changed lately.",
        },
        {
            "nb": "Må legen undersøke deg eller ta prøver, bør du bestille time i stedet.",
            "nn": "Må legen undersøkje deg eller ta prøver, bør du bestille time i staden.",
            "en": "If the doctor has to examine you or take tests, you should book an appointment instead.",
        },
        _URGENT,
        {
            "nb": "Henvendelsen blir journalført.",
            "nn": "Førespurnaden blir journalført.",
            "en": "The request is kept in your medical record.",
        },
    ),
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
