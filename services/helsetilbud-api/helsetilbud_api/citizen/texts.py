"""What the feed says, in the citizen's language. It is read behind login, so it may name tool and practitioner."""

from typing import Final, NamedTuple

from helsetilbud_api.citizen.models import HiddenReason
from shared.language import Text
from shared.plain_text import shown_in_one_line


class FeedText(NamedTuple):
    title: str
    text: str


_UNKNOWN_TOOL: Final[Text] = {"nb": "et digitalt verktøy", "nn": "eit digitalt verktøy", "en": "a digital tool"}

# of what a release tells that is being rolled out beside this one
_SOMETHING_NEW: Final = {
    "nb": FeedText("Noe nytt om et verktøy", "Det er noe nytt om {tool}."),
    "nn": FeedText("Noko nytt om eit verktøy", "Det er noko nytt om {tool}."),
    "en": FeedText("Something new about a tool", "There is something new about {tool}."),
}
_FEED: Final[dict[str, dict[str, FeedText]]] = {
    "tool-prescribed": {
        "nb": FeedText("Du har fått et nytt verktøy", "{prescriber} har sendt deg {tool}."),
        "nn": FeedText("Du har fått eit nytt verktøy", "{prescriber} har sendt deg {tool}."),
        "en": FeedText("You have a new tool", "{prescriber} has sent you {tool}."),
    },
    "tool-revoked": {
        "nb": FeedText("Et verktøy er ikke lenger ditt", "Den som sendte deg {tool}, har tatt det tilbake."),
        "nn": FeedText("Eit verktøy er ikkje lenger ditt", "Den som sende deg {tool}, har teke det tilbake."),
        "en": FeedText("A tool is no longer yours", "The one who sent you {tool} has taken it back."),
    },
    "tool-expired": {
        "nb": FeedText("Fristen er ute", "Fristen for å ta i bruk {tool} er ute. Behandleren kan sende det på nytt."),
        "nn": FeedText("Fristen er ute", "Fristen for å ta i bruk {tool} er ute. Behandlaren kan sende det på nytt."),
        "en": FeedText("The deadline has passed", "It is too late to start using {tool}. It can be sent to you again."),
    },
    "tool-ended": {
        "nb": FeedText("Et verktøy er avsluttet", "Den som sendte deg {tool}, har avsluttet bruken av det."),
        "nn": FeedText("Eit verktøy er avslutta", "Den som sende deg {tool}, har avslutta bruken av det."),
        "en": FeedText("A tool has been ended", "The one who sent you {tool} has ended the use of it."),
    },
    "tool-added": {
        "nb": FeedText("Et verktøy er lagt til", "{tool} er lagt til i verktøyene dine."),
        "nn": FeedText("Eit verktøy er lagt til", "{tool} er lagt til i verktøya dine."),
        "en": FeedText("A tool has been added", "{tool} has been added to your tools."),
    },
    "tool-opened": {
        "nb": FeedText("Et verktøy er tatt i bruk", "{tool} ble åpnet for første gang."),
        "nn": FeedText("Eit verktøy er teke i bruk", "{tool} vart opna for første gong."),
        "en": FeedText("A tool has been taken into use", "{tool} was opened for the first time."),
    },
    "tool-removed": {
        "nb": FeedText("Et verktøy er slettet", "{tool} er slettet fra verktøyene dine."),
        "nn": FeedText("Eit verktøy er sletta", "{tool} er sletta frå verktøya dine."),
        "en": FeedText("A tool has been deleted", "{tool} has been deleted from your tools."),
    },
    "tool-withdrawn": {
        "nb": FeedText("Et verktøy er trukket tilbake", "{tool} kan ikke åpnes nå."),
        "nn": FeedText("Eit verktøy er trekt tilbake", "{tool} kan ikkje opnast no."),
        "en": FeedText("A tool has been withdrawn", "It is not possible to open {tool} now."),
    },
    "tool-reinstated": {
        "nb": FeedText("Et verktøy kan brukes igjen", "{tool} kan åpnes igjen."),
        "nn": FeedText("Eit verktøy kan brukast igjen", "{tool} kan opnast igjen."),
        "en": FeedText("A tool can be used again", "It is possible to open {tool} again."),
    },
}

HIDDEN: Final[dict[HiddenReason, Text]] = {
    "no-consent": {
        "nb": "Verktøyene er skjult fordi det ikke er gitt samtykke til Helsenorge.",
        "nn": "Verktøya er skjulte fordi det ikkje er gitt samtykke til Helsenorge.",
        "en": "The tools are hidden because no consent to Helsenorge has been given.",
    },
    "consent-basis-only": {
        "nb": "Verktøyene er skjult fordi de krever fullt samtykke til Helsenorge.",
        "nn": "Verktøya er skjulte fordi dei krev fullt samtykke til Helsenorge.",
        "en": "The tools are hidden because they require full consent to Helsenorge.",
    },
}


# Why a practitioner has taken something back or ended it, by prescription-api's categories; and why the catalogue has
# stopped a tool, by its list `stop-reasons`.
REASONS: Final[dict[str, Text]] = {
    "sent-by-mistake": {
        "nb": "Verktøyet ble sendt ved en feil.",
        "nn": "Verktøyet vart sendt ved ein feil.",
        "en": "It was sent by mistake.",
    },
    "completed": {"nb": "Bruken er fullført.", "nn": "Bruken er fullført.", "en": "Its use is completed."},
    "replaced": {
        "nb": "Verktøyet er erstattet av noe annet.",
        "nn": "Verktøyet er erstatta av noko anna.",
        "en": "It has been replaced by something else.",
    },
    "no-longer-needed": {
        "nb": "Det er ikke lenger behov for det.",
        "nn": "Det er ikkje lenger behov for det.",
        "en": "It is no longer needed.",
    },
    "security": {"nb": "Årsaken er sikkerhet.", "nn": "Årsaka er tryggleik.", "en": "The reason is security."},
    "privacy": {"nb": "Årsaken er personvern.", "nn": "Årsaka er personvern.", "en": "The reason is privacy."},
    "patient-safety": {
        "nb": "Årsaken er pasientsikkerhet.",
        "nn": "Årsaka er pasienttryggleik.",
        "en": "The reason is patient safety.",
    },
    "clinical-quality": {
        "nb": "Årsaken er faglig kvalitet.",
        "nn": "Årsaka er fagleg kvalitet.",
        "en": "The reason is clinical quality.",
    },
    "technical-fault": {
        "nb": "Årsaken er en teknisk feil.",
        "nn": "Årsaka er ein teknisk feil.",
        "en": "The reason is a technical fault.",
    },
    "supplier-request": {
        "nb": "Leverandøren har bedt om det.",
        "nn": "Leverandøren har bede om det.",
        "en": "The supplier has asked for it.",
    },
    "agreement-ended": {
        "nb": "Avtalen med leverandøren er avsluttet.",
        "nn": "Avtalen med leverandøren er avslutta.",
        "en": "The agreement with the supplier has ended.",
    },
    "other": {"nb": "Det er en annen årsak.", "nn": "Det er ei anna årsak.", "en": "There is another reason."},
}


def reason_text(code: str | None, language: str) -> str | None:
    """None without a reason; of one that is not known here, that there is one."""
    return REASONS.get(code, REASONS["other"])[language] if code else None


def feed_text(kind: str, language: str, tool: str | None, prescriber: str | None) -> FeedText:
    """A tool that the catalogue has not told about yet is not named. Of a kind that is not known here it is said that
    there is something new.
    """
    tool = shown_in_one_line(tool) if tool else None
    title, text = _FEED.get(kind, _SOMETHING_NEW)[language]
    named = f"«{tool}»" if tool and language != "en" else f"“{tool}”" if tool else _UNKNOWN_TOOL[language]
    said = text.format(tool=named, prescriber=prescriber and shown_in_one_line(prescriber))
    return FeedText(title, said[:1].upper() + said[1:])
