"""What is refused about settings and contact points, besides what `shared` does."""

from typing import ClassVar

from shared.errors import DomainError, Members, member
from shared.language import Text


class ContactPointMissing(DomainError):
    """`channel` is the chosen channel that the settings have no phone number or e-mail address for."""

    status = 422
    code = "contact-point-missing"
    title: ClassVar[Text] = {
        "nb": "Du har valgt en kanal uten å oppgi telefonnummer eller e-postadresse for den.",
        "nn": "Du har valt ein kanal utan å oppgje telefonnummer eller e-postadresse for han.",
        "en": "A channel is chosen without a phone number or e-mail address for it.",
    }
    members: ClassVar[Members] = {"channel": member("The chosen channel that there is no contact point for", "sms")}


class NothingToConfirm(DomainError):
    status = 409
    code = "nothing-to-confirm"
    title: ClassVar[Text] = {
        "nb": "Det er ikke noe nytt telefonnummer eller noen ny e-postadresse å bekrefte her.",
        "nn": "Det er ikkje noko nytt telefonnummer eller noka ny e-postadresse å stadfeste her.",
        "en": "There is no new phone number or e-mail address to confirm.",
    }


class CodeWrong(DomainError):
    """`triesLeft` says how many more can be tried before a new code is needed."""

    status = 422
    code = "code-wrong"
    title: ClassVar[Text] = {
        "nb": "Koden er feil.",
        "nn": "Koden er feil.",
        "en": "The code is wrong.",
    }
    members: ClassVar[Members] = {"triesLeft": member("With the code that was sent last", 3)}


class CodeExpired(DomainError):
    status = 409
    code = "code-expired"
    title: ClassVar[Text] = {
        "nb": "Koden gjelder ikke lenger. Be om en ny.",
        "nn": "Koden gjeld ikkje lenger. Be om ein ny.",
        "en": "The code is no longer valid. Ask for a new one.",
    }


class TooManyCodes(DomainError):
    """`Retry-After` is in seconds."""

    status = 429
    code = "too-many-codes"
    title: ClassVar[Text] = {
        "nb": "Det er sendt mange koder den siste timen. Vent litt før du ber om en ny.",
        "nn": "Det er sendt mange kodar den siste timen. Vent litt før du ber om ein ny.",
        "en": "Many codes have been sent in the last hour. Wait a little before asking for another.",
    }

    def __init__(self, retry_after: int) -> None:
        super().__init__(headers={"Retry-After": str(retry_after)})
