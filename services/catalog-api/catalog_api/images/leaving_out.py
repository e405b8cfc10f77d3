"""What an image has lost when it was cleaned, told in words."""

from collections import Counter
from typing import Final, Literal, get_args

from shared.language import Text

LeftOut = Literal[
    "script",
    "link",
    "outside-reference",
    "foreign-object",
    "animation",
    "font",
    "filter",
    "image",
    "colour-profile",
    "style",
    "other",
    "metadata",
]
# how many of each
Losses = Counter[LeftOut]

ORDER: Final[tuple[LeftOut, ...]] = get_args(LeftOut)
WORDS: Final[dict[LeftOut, Text]] = {
    "script": {
        "nb": "Skript er fjernet.",
        "nn": "Skript er fjerna.",
        "en": "Scripts are left out.",
    },
    "link": {
        "nb": "Lenker er fjernet. Det som var lenket, vises fortsatt.",
        "nn": "Lenkjer er fjerna. Det som var lenkja, blir framleis vist.",
        "en": "Links are left out. What was linked is still shown.",
    },
    "outside-reference": {
        "nb": "Henvisninger ut av filen er fjernet. Bygg inn det som trengs.",
        "nn": "Tilvisingar ut av fila er fjerna. Bygg inn det som trengst.",
        "en": "References that leave the file are left out. Embed what is needed.",
    },
    "foreign-object": {
        "nb": "Innhold som ikke er SVG (foreignObject), er fjernet. Gjør det om til tekst eller kurver.",
        "nn": "Innhald som ikkje er SVG (foreignObject), er fjerna. Gjer det om til tekst eller kurver.",
        "en": "Content that is not SVG (foreignObject) is left out. Convert it to text or paths.",
    },
    "animation": {
        "nb": "Animasjon er fjernet.",
        "nn": "Animasjon er fjerna.",
        "en": "Animation is left out.",
    },
    "font": {
        "nb": "Innebygde skrifter er fjernet. Gjør teksten om til kurver.",
        "nn": "Innebygde skrifter er fjerna. Gjer teksten om til kurver.",
        "en": "Embedded fonts are left out. Convert the text to paths.",
    },
    "filter": {
        "nb": "Noen filtereffekter er fjernet.",
        "nn": "Nokre filtereffektar er fjerna.",
        "en": "Some filter effects are left out.",
    },
    "image": {
        "nb": "Innebygde bilder som ikke er PNG, JPEG eller SVG, eller som er skadet, er fjernet.",
        "nn": "Innebygde bilete som ikkje er PNG, JPEG eller SVG, eller som er skadde, er fjerna.",
        "en": "Embedded images that are not PNG, JPEG or SVG, or are damaged, are left out.",
    },
    "colour-profile": {
        "nb": "Fargeprofilen er fjernet. Fargene kan bli litt annerledes, hvis de ikke er sRGB.",
        "nn": "Fargeprofilen er fjerna. Fargane kan bli litt annleis, dersom dei ikkje er sRGB.",
        "en": "The colour profile is left out. Colours may differ a little, unless they are sRGB.",
    },
    "style": {
        "nb": "Stiler som laster noe, eller som ikke kan leses, er fjernet.",
        "nn": "Stilar som lastar noko, eller som ikkje kan lesast, er fjerna.",
        "en": "Styles that load something, or cannot be read, are left out.",
    },
    "other": {
        "nb": "Elementer og attributter som vi ikke kjenner, er fjernet.",
        "nn": "Element og attributt som vi ikkje kjenner, er fjerna.",
        "en": "Elements and attributes that are not known here are left out.",
    },
    "metadata": {
        "nb": "Opplysninger om bildet og programmet er fjernet. Bildet ser likt ut.",
        "nn": "Opplysningar om biletet og programmet er fjerna. Biletet ser likt ut.",
        "en": "Data about the image and the program are left out. The image looks the same.",
    },
}
