"""The access log in words."""

from collections.abc import Mapping
from typing import Any, Final

from consent_api.reservations.models import NAMES
from shared.language import Text
from shared.plain_text import shown_in_one_line

_AREAS: Final[Mapping[str, Text]] = {
    "health-care": {"nb": "helsehjelp", "nn": "helsehjelp", "en": "health care"},
    "youth": {"nb": "ungdom", "nn": "ungdom", "en": "young people"},
    "research": {"nb": "forskning og statistikk", "nn": "forsking og statistikk", "en": "research and statistics"},
    "administration": {"nb": "forvaltning", "nn": "forvalting", "en": "administration"},
}
_ORGANISATION: Final[Text] = {
    "nb": "Virksomheten med organisasjonsnummer {}",
    "nn": "Verksemda med organisasjonsnummer {}",
    "en": "The organisation with number {}",
}
# our own services, by the client id that each asks for tokens with; none is called by a name that only we use
_SERVICES: Final[dict[str, Text]] = {
    "prescription-api": {"nb": "Verktøyformidleren", "nn": "Verktøyformidlaren", "en": "The tool prescribing service"},
    "catalog-api": {"nb": "Verktøykatalogen", "nn": "Verktøykatalogen", "en": "The catalogue of tools"},
    "consent-api": {"nb": "Samtykketjenesten", "nn": "Samtykketenesta", "en": "The consent service"},
    "helsetilbud-api": {"nb": "Helsetilbud", "nn": "Helsetilbod", "en": "The service for health offerings"},
    "notification-service": {"nb": "Varslingstjenesten", "nn": "Varslingstenesta", "en": "The notification service"},
}
_SYSTEM: Final[Text] = {
    "nb": "Et av systemene på Helsenorge",
    "nn": "Eit av systema på Helsenorge",
    "en": "One of the systems of Helsenorge",
}
_SOMEBODY: Final[Text] = {"nb": "Noen", "nn": "Nokon", "en": "Somebody"}

_CHECKED: Final[Text] = {
    "nb": "{who} sjekket om du er digitalt aktiv på Helsenorge. Det gjaldt {about}.",
    "nn": "{who} sjekka om du er digitalt aktiv på Helsenorge. Det galdt {about}.",
    "en": "{who} checked whether you are digitally active on Helsenorge. It concerned {about}.",
}
_INTEREST: Final[Text] = {
    "nb": "{who} ba om å få beskjed når det endrer seg om du er digitalt aktiv på Helsenorge.",
    "nn": "{who} bad om å få beskjed når det endrar seg om du er digitalt aktiv på Helsenorge.",
    "en": "{who} asked to be told when it changes whether you are digitally active on Helsenorge.",
}
_RESERVATION: Final[Text] = {
    "nb": "{who} sjekket om du har reservert deg mot dette: {about}.",
    "nn": "{who} sjekka om du har reservert deg mot dette: {about}.",
    "en": "{who} checked whether you have said no to this: {about}.",
}
# by role and act; a refused attempt reads the same whatever was attempted
_REPRESENTED: Final[Mapping[str, Text]] = {
    "read": {
        "nb": "{other} så på opplysninger på vegne av deg. Det gjaldt {about}.",
        "nn": "{other} såg på opplysningar på vegner av deg. Det galdt {about}.",
        "en": "{other} looked at something on your behalf. It concerned {about}.",
    },
    "change": {
        "nb": "{other} gjorde noe på vegne av deg. Det gjaldt {about}.",
        "nn": "{other} gjorde noko på vegner av deg. Det galdt {about}.",
        "en": "{other} did something on your behalf. It concerned {about}.",
    },
    "refused": {
        "nb": "{other} prøvde å handle på vegne av deg, men fikk ikke lov. Det gjaldt {about}.",
        "nn": "{other} prøvde å handle på vegner av deg, men fekk ikkje lov. Det galdt {about}.",
        "en": "{other} tried to act on your behalf and was refused. It concerned {about}.",
    },
}
_ACTED: Final[Mapping[str, Text]] = {
    "read": {
        "nb": "Du så på opplysninger på vegne av {other}. Det gjaldt {about}.",
        "nn": "Du såg på opplysningar på vegner av {other}. Det galdt {about}.",
        "en": "You looked at something on behalf of {other}. It concerned {about}.",
    },
    "change": {
        "nb": "Du gjorde noe på vegne av {other}. Det gjaldt {about}.",
        "nn": "Du gjorde noko på vegner av {other}. Det galdt {about}.",
        "en": "You did something on behalf of {other}. It concerned {about}.",
    },
    "refused": {
        "nb": "Du prøvde å handle på vegne av {other}, men fikk ikke lov. Det gjaldt {about}.",
        "nn": "Du prøvde å handle på vegner av {other}, men fekk ikkje lov. Det galdt {about}.",
        "en": "You tried to act on behalf of {other} and were refused. It concerned {about}.",
    },
}
# by whether it was given, to the holder and to the giver
_NAMED: Final[Mapping[bool, Text]] = {
    True: {
        "nb": "{other} oppga fødselsnummeret og navnet ditt og ga deg fullmakt.",
        "nn": "{other} oppgav fødselsnummeret og namnet ditt og gav deg fullmakt.",
        "en": "{other} stated your identity number and name and gave you power of attorney.",
    },
    False: {
        "nb": "{other} oppga fødselsnummeret ditt for å gi deg fullmakt, men fikk ikke lov til det.",
        "nn": "{other} oppgav fødselsnummeret ditt for å gi deg fullmakt, men fekk ikkje lov til det.",
        "en": "{other} stated your identity number to give you power of attorney, and was refused.",
    },
}
_NAMING: Final[Mapping[bool, Text]] = {
    True: {
        "nb": "Du ga fullmakt til {other}.",
        "nn": "Du gav fullmakt til {other}.",
        "en": "You gave power of attorney to {other}.",
    },
    False: {
        "nb": "Du prøvde å gi fullmakt til {other}, men fikk ikke lov til det.",
        "nn": "Du prøvde å gi fullmakt til {other}, men fekk ikkje lov til det.",
        "en": "You tried to give power of attorney to {other} and were refused.",
    },
}
_REPRESENTATIVE: Final[Mapping[str, Text]] = {
    "parent": {"nb": "En forelder", "nn": "Ein forelder", "en": "A parent"},
    "power-of-attorney": {"nb": "En fullmektig", "nn": "Ein fullmektig", "en": "A holder of a power of attorney"},
}
_CHILD: Final[Text] = {"nb": "barnet ditt", "nn": "barnet ditt", "en": "your child"}
_ANOTHER: Final[Text] = {"nb": "en annen person", "nn": "ein annan person", "en": "another person"}


def describe(entry: Mapping[str, Any], language: str) -> str:
    """`entry` as `queries.list_entries` reads it."""
    if entry["kind"] == "representation":
        return _describe_act(entry, language)
    if entry["kind"] == "reservation":
        return _RESERVATION[language].format(who=_who(entry, language), about=NAMES[entry["about"]][language])
    text = _INTEREST if entry["kind"] == "interest" else _CHECKED
    return text[language].format(who=_who(entry, language), about=_area(entry, language))


def _who(entry: Mapping[str, Any], language: str) -> str:
    """Our own services have no organisation, and a name of their own."""
    if entry["organisation"]:
        return _ORGANISATION[language].format(entry["organisation"])
    return _SERVICES.get(entry["client_id"], _SYSTEM)[language]


def _area(entry: Mapping[str, Any], language: str) -> str:
    return _AREAS[entry["about"]][language] if entry["about"] else ""


def _describe_act(entry: Mapping[str, Any], language: str) -> str:
    if entry["act"] is None:
        return _describe_naming(entry, language)
    acts = _ACTED if entry["is_actor"] else _REPRESENTED
    act = entry["act"] if entry["allowed"] else "refused"
    return acts[act][language].format(other=_other(entry, language), about=_area(entry, language))


def _describe_naming(entry: Mapping[str, Any], language: str) -> str:
    texts = _NAMED if entry["is_actor"] else _NAMING
    if entry["allowed"]:
        other = shown_in_one_line(entry["other_name"] or _ANOTHER[language])
    else:
        other = (_SOMEBODY if entry["is_actor"] else _ANOTHER)[language]
    return texts[entry["allowed"]][language].format(other=other)


def _other(entry: Mapping[str, Any], language: str) -> str:
    """Only who was let in is called what they said they were."""
    if not entry["allowed"]:
        return (_ANOTHER if entry["is_actor"] else _SOMEBODY)[language]
    if entry["other_name"]:
        return shown_in_one_line(str(entry["other_name"]))
    if not entry["is_actor"]:
        return _REPRESENTATIVE[entry["relation"]][language]
    return (_CHILD if entry["relation"] == "parent" else _ANOTHER)[language]
