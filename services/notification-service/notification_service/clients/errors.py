"""What requests are refused for when another system does not answer."""

from typing import Any, ClassVar

from shared.errors import Unavailable
from shared.language import Text


class ConsentServiceUnavailable(Unavailable):
    code = "consent-service-unavailable"
    title: ClassVar[Text] = {
        "nb": "Vi får ikke sjekket hvem som kan kontaktes akkurat nå.",
        "nn": "Vi får ikkje sjekka kven som kan kontaktast akkurat no.",
        "en": "Who can be contacted cannot be found out right now.",
    }

    def __init__(self, **extra: Any) -> None:
        super().__init__(retry_after=10, **extra)
