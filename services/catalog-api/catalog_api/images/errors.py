"""What can be wrong with an image.

DomainError
├── ImageNotFound  404
└── ImageInvalid   422  `reason` says in what way
"""

from typing import Any, ClassVar, Final, Literal

from shared.errors import DomainError, Members, member
from shared.language import Text

Reason = Literal[
    "png-damaged", "png-too-large", "jpeg-damaged", "svg-damaged", "svg-entities", "svg-too-deep", "svg-repeats"
]

_DETAILS: Final[dict[Reason, Text]] = {
    "png-damaged": {
        "nb": "PNG-filen er ikke hel, eller den er ikke bygd opp etter standarden.",
        "nn": "PNG-fila er ikkje heil, eller ho er ikkje bygd opp etter standarden.",
        "en": "The PNG file is damaged, or not built as the standard says.",
    },
    "png-too-large": {
        "nb": "PNG-bildet er mer enn 2048 piksler bredt eller høyt.",
        "nn": "PNG-biletet er meir enn 2048 pikslar breitt eller høgt.",
        "en": "The PNG image is wider or higher than 2048 pixels.",
    },
    "jpeg-damaged": {
        "nb": "JPEG-filen er ikke hel, eller den er mer enn 2048 piksler bred eller høy.",
        "nn": "JPEG-fila er ikkje heil, eller ho er meir enn 2048 pikslar brei eller høg.",
        "en": "The JPEG file is damaged, or wider or higher than 2048 pixels.",
    },
    "svg-damaged": {
        "nb": "SVG-filen er ikke velformet XML.",
        "nn": "SVG-fila er ikkje velforma XML.",
        "en": "The SVG file is not well-formed XML.",
    },
    "svg-entities": {
        "nb": "SVG-filen erklærer entiteter som ikke er en kort tekst. Det er ikke tillatt.",
        "nn": "SVG-fila erklærer entitetar som ikkje er ein kort tekst. Det er ikkje tillate.",
        "en": "The SVG file declares entities that are no short text, which is not allowed.",
    },
    "svg-repeats": {
        "nb": "SVG-filen gjentar deler av seg selv i det uendelige, eller for mange ganger.",
        "nn": "SVG-fila tek opp att delar av seg sjølv i det uendelege, eller for mange gonger.",
        "en": "The SVG file repeats parts of itself without end, or too many times.",
    },
    "svg-too-deep": {
        "nb": "SVG-filen har for mange nivåer.",
        "nn": "SVG-fila har for mange nivå.",
        "en": "The SVG file is nested too deep.",
    },
}


class ImageNotFound(DomainError):
    status = 404
    code = "image-not-found"
    title: ClassVar[Text] = {
        "nb": "Verktøyet har ikke noe bilde.",
        "nn": "Verktøyet har ikkje noko bilete.",
        "en": "The tool has no image.",
    }


class ImageInvalid(DomainError):
    status = 422
    code = "image-invalid"
    title: ClassVar[Text] = {
        "nb": "Bildet kan ikke brukes.",
        "nn": "Biletet kan ikkje brukast.",
        "en": "The image cannot be used.",
    }
    members: ClassVar[Members] = {
        "reason": member("In what way, as a code", "svg-damaged"),
        "line": member("Of an SVG file that is not well-formed, the first is 1", 3),
        "column": member("In the line, the first is 1", 17),
    }

    def __init__(self, reason: Reason, **place: Any) -> None:
        super().__init__(_DETAILS[reason], reason=reason, **place)
