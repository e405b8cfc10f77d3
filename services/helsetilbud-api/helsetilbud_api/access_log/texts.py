"""The access log in words to the citizen it is about."""

from typing import Final

from helsetilbud_api.access_log.models import Action
from shared.language import Text

ACTIONS: Final[dict[Action, Text]] = {
    "looked-up": {
        "nb": "{who} ved {office} slo deg opp for å se eller endre hvilke tjenester kontoret har åpne for deg.",
        "nn": "{who} ved {office} slo deg opp for å sjå eller endre kva tenester kontoret har opne for deg.",
        "en": "{who} at {office} looked you up to see or change which of its services are open to you.",
    },
    "named-editor": {
        "nb": "{who} ved {office} oppga deg som en som kan redigere det kontoret viser på Helsenorge.",
        "nn": "{who} ved {office} oppgav deg som ein som kan redigere det kontoret viser på Helsenorge.",
        "en": "{who} at {office} named you as somebody who may edit what the office shows on Helsenorge.",
    },
}
SOMEBODY: Final[Text] = {"nb": "Noen", "nn": "Nokon", "en": "Somebody"}
