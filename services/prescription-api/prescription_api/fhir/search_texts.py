"""What is said of a search that cannot be made."""

from collections.abc import Sequence
from typing import Final

from shared.language import Text

NOT_A_VALUE: Final[Text] = {
    "nb": "Verdien kan ikke brukes for denne parameteren.",
    "nn": "Verdien kan ikkje brukast for denne parameteren.",
    "en": "The value is not one of this parameter's.",
}
CURSOR_ALONE: Final[Text] = {
    "nb": "Lenken til neste side må brukes slik den er.",
    "nn": "Lenkja til neste side må brukast slik ho er.",
    "en": "A link to the next page is followed as it is.",
}


def too_long(most: int) -> Text:
    return {
        "nb": f"Verdiene kan være på høyst {most} tegn til sammen.",
        "nn": f"Verdiane kan vere på høgst {most} teikn til saman.",
        "en": f"At most {most} characters in all.",
    }


def known(names: Sequence[str]) -> Text:
    listed = ", ".join(names)
    return {
        "nb": f"Parameterne som finnes, er: {listed}.",
        "nn": f"Parametrane som finst, er: {listed}.",
        "en": f"Known are: {listed}.",
    }


def one_identifier(*systems: str) -> Text:
    """Each written as `system|number`."""
    return {
        "nb": f"Oppgi én identifikator: {' eller '.join(f'{system}|nummer' for system in systems)}.",
        "nn": f"Oppgi éin identifikator: {' eller '.join(f'{system}|nummer' for system in systems)}.",
        "en": f"One identifier: {' or '.join(f'{system}|number' for system in systems)}.",
    }
