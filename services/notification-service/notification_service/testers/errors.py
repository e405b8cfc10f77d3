"""What is refused about contact points for test sendings."""

from typing import Any, ClassVar

from shared.errors import DomainError, Members, Unavailable, member
from shared.language import Text


class TestRecipientUnconfirmed(DomainError):
    """`unconfirmed` are the places in the request, as JSON pointers."""

    __test__ = False  # pytest would take it for tests

    status = 422
    code = "test-recipient-unconfirmed"
    title: ClassVar[Text] = {
        "nb": "En prøve kan bare sendes til en telefon eller e-postadresse som du eller en kollega har bekreftet.",
        "nn": "Ei prøve kan berre sendast til ein telefon eller e-postadresse som du eller ein kollega har stadfesta.",
        "en": "A test can only be sent to contact points that you or your colleagues have confirmed.",
    }
    members: ClassVar[Members] = {
        "unconfirmed": member("Where in the request they are", ["/body/to/0/phone"]),
    }


class CodeNotSent(Unavailable):
    """`reason` is a code of ours: `sms-refused`, `timeout`. Nothing has been kept."""

    code = "code-not-sent"
    title: ClassVar[Text] = {
        "nb": "Koden kunne ikke sendes dit. Sjekk at adressen er riktig, eller prøv igjen senere.",
        "nn": "Koden kunne ikkje sendast dit. Sjekk at adressa er rett, eller prøv igjen seinare.",
        "en": "The code could not be sent there. See whether the address is right, or try again later.",
    }
    members: ClassVar[Members] = {"reason": member("What became of it", "sms-refused")}

    def __init__(self, **extra: Any) -> None:
        super().__init__(retry_after=60, **extra)
