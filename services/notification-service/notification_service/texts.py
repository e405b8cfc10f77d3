"""What a notification says (V2): that something new waits, and nothing of what it is or who it is from.

An SMS carries no link, so that a link in an SMS can be told to be somebody else's; it fits one segment of the GSM
alphabet. The link in an e-mail is the same for everybody.
"""

from dataclasses import dataclass
from typing import Final

from notification_service.models import Kind
from shared.events.notification import Channel
from shared.language import Text


@dataclass(frozen=True, slots=True)
class Words:
    """`subject` is empty on channels that have none."""

    text: str
    subject: str = ""


_SMS: Final[dict[Kind, Text]] = {
    "tool-prescribed": {
        "nb": (
            "Hei! Du har fått noe nytt på Helsenorge. Logg inn på Helsenorge for å se hva det er."
            " Du kan ikke svare på denne meldingen."
        ),
        "nn": (
            "Hei! Du har fått noko nytt på Helsenorge. Logg inn på Helsenorge for å sjå kva det er."
            " Du kan ikkje svare på denne meldinga."
        ),
        "en": (
            "Hello! Something new is waiting for you on Helsenorge. Log in to Helsenorge to see what it is."
            " You cannot reply to this message."
        ),
    }
}

_SUBJECT: Final[dict[Kind, Text]] = {
    "tool-prescribed": {
        "nb": "Du har fått noe nytt på Helsenorge",
        "nn": "Du har fått noko nytt på Helsenorge",
        "en": "Something new is waiting for you on Helsenorge",
    }
}

_EMAIL: Final[dict[Kind, Text]] = {
    "tool-prescribed": {
        "nb": """\
Hei!

Du har fått noe nytt på Helsenorge. Logg inn for å se hva det er:

{pages_url}

E-post er ikke trygg nok til at vi kan skrive mer her.

Meldingen er sendt automatisk, og du kan ikke svare på den. Under innstillingene dine på Helsenorge bestemmer du selv
hvordan du vil varsles.
""",
        "nn": """\
Hei!

Du har fått noko nytt på Helsenorge. Logg inn for å sjå kva det er:

{pages_url}

E-post er ikkje trygg nok til at vi kan skrive meir her.

Meldinga er send automatisk, og du kan ikkje svare på henne. Under innstillingane dine på Helsenorge avgjer du sjølv
korleis du vil varslast.
""",
        "en": """\
Hello!

Something new is waiting for you on Helsenorge. Log in to see what it is:

{pages_url}

E-mail is not safe enough for us to say more here.

This message was sent automatically and cannot be replied to. You decide how you want to be notified under your settings
on Helsenorge.
""",
    }
}


def compose(kind: Kind, channel: Channel, language: str, pages_url: str) -> Words:
    if channel == "sms":
        return Words(_SMS[kind][language])
    return Words(_EMAIL[kind][language].format(pages_url=pages_url), _SUBJECT[kind][language])
