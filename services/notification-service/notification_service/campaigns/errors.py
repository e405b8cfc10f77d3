"""What is refused about campaigns, besides what `shared` does."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Literal

from notification_service.campaigns.unreadable import QUOTE_OPEN
from shared.errors import DomainError, Members, member
from shared.language import Text

Unreadable = Literal[
    "header-missing",
    "encoding-unknown",
    "quote-open",
    "line-too-long",
    "column-unknown",
    "column-repeated",
    "national-id-column-missing",
]

_PLACES: Final[Mapping[str, Text]] = {
    "line": {"nb": "linje", "nn": "linje", "en": "line"},
    "column": {"nb": "kolonne", "nn": "kolonne", "en": "column"},
}
_UNREADABLE: Final[Mapping[Unreadable, Text]] = {
    "header-missing": {
        "nb": "Filen har ingen overskrift. Den første linjen skal være nationalId, eller nationalId;reference.",
        "nn": "Fila har inga overskrift. Den første linja skal vere nationalId, eller nationalId;reference.",
        "en": "The file has no header. The first line is nationalId, or nationalId;reference.",
    },
    "encoding-unknown": {
        "nb": "Tegnene kan ikke leses. Lagre filen som CSV i UTF-8.",
        "nn": "Teikna kan ikkje lesast. Lagre fila som CSV i UTF-8.",
        "en": "The characters cannot be read. Save the file as CSV in UTF-8.",
    },
    "quote-open": QUOTE_OPEN,
    "line-too-long": {
        "nb": "Overskriften er lengre enn 1000 byte.",
        "nn": "Overskrifta er lengre enn 1000 byte.",
        "en": "The header is longer than 1000 bytes.",
    },
    "column-unknown": {
        "nb": "Navnet på kolonnen er ikke kjent. Kolonnene heter nationalId og reference.",
        "nn": "Namnet på kolonnen er ikkje kjent. Kolonnane heiter nationalId og reference.",
        "en": "The column's name is not known. The columns are nationalId and reference.",
    },
    "column-repeated": {
        "nb": "En kolonne med dette navnet er der allerede.",
        "nn": "Ein kolonne med dette namnet er der alt.",
        "en": "There is a column of this name already.",
    },
    "national-id-column-missing": {
        "nb": "Overskriften mangler kolonnen nationalId.",
        "nn": "Overskrifta manglar kolonnen nationalId.",
        "en": "The header lacks the column nationalId.",
    },
}


class NotPossibleNow(DomainError):
    """`state` is the campaign's, `allowed` what can be done with it."""

    status = 409
    code = "campaign-state"
    title: ClassVar[Text] = {
        "nb": "Dette kan ikke gjøres med utsendingen nå.",
        "nn": "Dette kan ikkje gjerast med utsendinga no.",
        "en": "This cannot be done with the campaign now.",
    }
    members: ClassVar[Members] = {
        "state": member("The campaign's state", "draft"),
        "allowed": member("What can be done with it now", ["change", "recipients", "check", "stop"]),
    }

    def __init__(self, *, state: str = "", allowed: list[str] | None = None) -> None:
        super().__init__(state=state, allowed=allowed or [])


class RoundExists(DomainError):
    """`campaignId` is the campaign that is this round of the series."""

    status = 409
    code = "round-exists"
    title: ClassVar[Text] = {
        "nb": "Denne runden av serien finnes allerede.",
        "nn": "Denne runden av serien finst alt.",
        "en": "This round of the series exists already.",
    }
    members: ClassVar[Members] = {
        "campaignId": member("The campaign that is this round", "7d1f0c2e-55b5-4f0e-9c55-1d6c7a3e2f10", format="uuid")
    }


class EarlierRoundUnknown(DomainError):
    status = 422
    code = "earlier-round-unknown"
    title: ClassVar[Text] = {
        "nb": "Den tidligere runden hører ikke til samme serie.",
        "nn": "Den tidlegare runden høyrer ikkje til same serie.",
        "en": "The earlier round is not a round of the same series.",
    }


class UploadUnfinished(DomainError):
    status = 409
    code = "upload-unfinished"
    title: ClassVar[Text] = {
        "nb": "Opplastingen av mottakere er ikke fullført. Last opp listen på nytt.",
        "nn": "Opplastinga av mottakarar er ikkje fullført. Last opp lista på nytt.",
        "en": "The upload of recipients is not finished. Upload the list again.",
    }


class RecipientsUnreadable(DomainError):
    """The file as a whole, for its header. `reason` says in what way; `line` and `column` are where, the first is 1."""

    status = 422
    code = "recipients-unreadable"
    title: ClassVar[Text] = {
        "nb": "Listen over mottakere kan ikke leses.",
        "nn": "Lista over mottakarar kan ikkje lesast.",
        "en": "The list of recipients cannot be read.",
    }
    members: ClassVar[Members] = {
        "reason": member("In what way, as a code", "column-unknown"),
        "line": member("Of the header, in the file", 1),
        "column": member("In the header", 2),
    }

    def __init__(self, reason: Unreadable, line: int | None = None, column: int | None = None) -> None:
        place: dict[str, Any] = {name: at for name, at in (("line", line), ("column", column)) if at}
        detail = {language: _placed(text, place, language) for language, text in _UNREADABLE[reason].items()}
        super().__init__(detail, reason=reason, **place)


def _placed(text: str, place: Mapping[str, int], language: str) -> str:
    where = ", ".join(f"{_PLACES[name][language]} {at}" for name, at in place.items())
    return f"{where[:1].upper()}{where[1:]}: {text}" if place else text


class TooManyRecipients(DomainError):
    status = 422
    code = "too-many-recipients"
    title: ClassVar[Text] = {
        "nb": "En utsending kan ha høyst 100 000 mottakere.",
        "nn": "Ei utsending kan ha høgst 100 000 mottakarar.",
        "en": "A campaign can have at most 100,000 recipients.",
    }


class TooManyTests(DomainError):
    """`Retry-After` is in seconds."""

    status = 429
    code = "too-many-tests"
    title: ClassVar[Text] = {
        "nb": "Det er sendt mange prøver den siste timen. Vent litt før neste.",
        "nn": "Det er sendt mange prøver den siste timen. Vent litt før neste.",
        "en": "Many tests have been sent in the last hour. Wait a little before the next.",
    }

    def __init__(self, retry_after: int = 3600) -> None:
        super().__init__(headers={"Retry-After": str(retry_after)})


class TestMissing(DomainError):
    """`channels` are those in use that no test has gone out by since the campaign was changed."""

    __test__ = False  # pytest would take it for tests

    status = 409
    code = "test-missing"
    title: ClassVar[Text] = {
        "nb": "Det må sendes en prøve på hver kanal før utsendingen kan godkjennes.",
        "nn": "Det må sendast ei prøve på kvar kanal før utsendinga kan godkjennast.",
        "en": "A test must be sent on every channel in use before the campaign can be approved.",
    }
    members: ClassVar[Members] = {"channels": member("Those that lack a test", ["email"])}


class CheckOutdated(DomainError):
    status = 409
    code = "check-outdated"
    title: ClassVar[Text] = {
        "nb": "Kontrollen er mer enn et døgn gammel og må gjøres på nytt.",
        "nn": "Kontrollen er meir enn eit døgn gammal og må gjerast på nytt.",
        "en": "The check is more than a day old and must be done again.",
    }


class ApproverIsAuthor(DomainError):
    status = 403
    code = "approver-is-author"
    title: ClassVar[Text] = {
        "nb": "Utsendingen må godkjennes av en annen enn den som har laget den.",
        "nn": "Utsendinga må godkjennast av ein annan enn den som har laga ho.",
        "en": "The campaign must be approved by somebody other than whoever made it.",
    }


class NotASurvey(DomainError):
    """What its author calls research is research, and what informs about health is no study."""

    status = 409
    code = "not-a-survey"
    title: ClassVar[Text] = {
        "nb": "Bare en spørreundersøkelse kan regnes som noe annet enn forskning.",
        "nn": "Berre ei spørjeundersøking kan reknast som noko anna enn forsking.",
        "en": "Only a survey can count as something else than research.",
    }


class JudgeIsAuthor(DomainError):
    status = 403
    code = "judge-is-author"
    title: ClassVar[Text] = {
        "nb": "Den som har laget utsendingen, kan ikke bestemme at den ikke er forskning.",
        "nn": "Den som har laga utsendinga, kan ikkje avgjere at ho ikkje er forsking.",
        "en": "Whoever made the campaign cannot decide that it is not research.",
    }
