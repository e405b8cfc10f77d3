"""The access log in words to the citizen it is about."""

from typing import Final

from shared.language import Text

ACTIONS: Final[dict[str, Text]] = {
    "looked-up": {
        "nb": "{who} slo deg opp for å sende deg et digitalt helseverktøy.",
        "nn": "{who} slo deg opp for å sende deg eit digitalt helseverktøy.",
        "en": "{who} looked you up in order to send you a digital health tool.",
    },
    "searched": {
        "nb": "{who} så etter hvilke digitale helseverktøy virksomheten har sendt deg.",
        "nn": "{who} såg etter kva digitale helseverktøy verksemda har sendt deg.",
        "en": "{who} looked for the digital health tools that the organisation has sent you.",
    },
    "read": {
        "nb": "{who} så på opplysningene om at du har fått verktøyet {tool}.",
        "nn": "{who} såg på opplysningane om at du har fått verktøyet {tool}.",
        "en": "{who} viewed the details of your being sent the tool {tool}.",
    },
    "prescribed": {
        "nb": "{who} sendte deg verktøyet {tool}.",
        "nn": "{who} sende deg verktøyet {tool}.",
        "en": "{who} sent you the tool {tool}.",
    },
    "prescribing-refused": {
        "nb": "{who} prøvde å sende deg verktøyet {tool}.",
        "nn": "{who} prøvde å sende deg verktøyet {tool}.",
        "en": "{who} tried to send you the tool {tool}.",
    },
    "revoked": {
        "nb": "{who} trakk tilbake verktøyet {tool}.",
        "nn": "{who} trekte tilbake verktøyet {tool}.",
        "en": "{who} withdrew the tool {tool}.",
    },
    "ended": {
        "nb": "{who} avsluttet bruken av verktøyet {tool}.",
        "nn": "{who} avslutta bruken av verktøyet {tool}.",
        "en": "{who} ended the use of the tool {tool}.",
    },
    "asked-prescribers": {
        "nb": "{who}, som leverer verktøyet {tool}, spurte hvem som har sendt det til deg.",
        "nn": "{who}, som leverer verktøyet {tool}, spurde kven som har sendt det til deg.",
        "en": "{who}, the supplier of the tool {tool}, asked who had sent it to you.",
    },
}

OUTCOMES: Final[dict[str, Text]] = {
    "already-prescribed": {
        "nb": "Det ble ikke sendt, for du hadde det fra før.",
        "nn": "Det vart ikkje sendt, for du hadde det frå før.",
        "en": "It was not sent, because you had it already.",
    },
    "patient-not-digitally-active": {
        "nb": "Svaret var at du ikke er digitalt aktiv på Helsenorge.",
        "nn": "Svaret var at du ikkje er digitalt aktiv på Helsenorge.",
        "en": "The answer was that you are not digitally active on Helsenorge.",
    },
    "patient-too-young": {
        "nb": "Det ble ikke sendt, for du er yngre enn aldersgrensen.",
        "nn": "Det vart ikkje sendt, for du er yngre enn aldersgrensa.",
        "en": "It was not sent, because you are below the lowest age.",
    },
    "patient-outside-target-group": {
        "nb": "Det ble ikke sendt, for verktøyet er ikke laget for aldersgruppen din.",
        "nn": "Det vart ikkje sendt, for verktøyet er ikkje laga for aldersgruppa di.",
        "en": "It was not sent, because the tool is not made for your age group.",
    },
    "patient-deceased": {
        "nb": "Svaret var at du er registrert som død.",
        "nn": "Svaret var at du er registrert som død.",
        "en": "The answer was that you are registered as deceased.",
    },
}
OTHER_OUTCOME: Final[Text] = {
    "nb": "Det ble avvist.",
    "nn": "Det vart avvist.",
    "en": "It was refused.",
}

UNNAMED: Final[Text] = {
    "nb": "(uten kjent navn)",
    "nn": "(utan kjent namn)",
    "en": "(name not known)",
}
