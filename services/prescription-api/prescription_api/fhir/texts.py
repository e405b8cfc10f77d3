"""Words in our resources."""

from typing import Final

from shared.language import Text

TITLE: Final[Text] = {"nb": "Ta i bruk {tool}", "nn": "Ta i bruk {tool}", "en": "Start using {tool}"}

DESCRIPTION: Final[Text] = {
    "nb": "Det digitale helseverktøyet {tool}, sendt på Helsenorge av {name}, {profession}. Frist: {deadline}.",
    "nn": "Det digitale helseverktøyet {tool}, sendt på Helsenorge av {name}, {profession}. Frist: {deadline}.",
    "en": "The digital health tool {tool}, sent on Helsenorge by {name}, {profession}. Deadline: {deadline}.",
}

STATES: Final[dict[str, Text]] = {
    "active": {"nb": "Sendt, ikke åpnet", "nn": "Sendt, ikkje opna", "en": "Sent, not opened"},
    "opened": {"nb": "Tatt i bruk", "nn": "Teke i bruk", "en": "In use"},
    "ended": {"nb": "Avsluttet", "nn": "Avslutta", "en": "Ended"},
    "revoked": {"nb": "Trukket tilbake", "nn": "Trekt tilbake", "en": "Revoked"},
    "removed": {"nb": "Slettet av innbyggeren", "nn": "Sletta av innbyggjaren", "en": "Deleted by the citizen"},
    "expired": {"nb": "Fristen gikk ut", "nn": "Fristen gjekk ut", "en": "The deadline passed"},
    "stopped": {"nb": "Verktøyet er stoppet", "nn": "Verktøyet er stoppa", "en": "The tool has been stopped"},
}

NOTE_TITLE: Final[Text] = {
    "nb": "Digitalt helseverktøy sendt på Helsenorge: {tool}",
    "nn": "Digitalt helseverktøy sendt på Helsenorge: {tool}",
}
