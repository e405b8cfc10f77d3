"""What is wrong with a value that was sent in, told to people in their own language.

pydantic's own messages are English, and some quote what was sent; so each of its error types that a caller can meet has
a text here, by the names of https://docs.pydantic.dev/latest/errors/validation_errors/. Our own validators bring theirs
(`invalid_value`).
"""

from collections.abc import Mapping
from typing import Any, Final

from pydantic_core import PydanticCustomError

from shared.language import LANGUAGES, Text

_INVALID: Final[Text] = {
    "nb": "Verdien er ikke gyldig.",
    "nn": "Verdien er ikkje gyldig.",
    "en": "The value is not valid.",
}


def _text(nb: str, nn: str, en: str) -> Text:
    return {"nb": nb, "nn": nn, "en": en}


_WHOLE_NUMBER: Final = _text("Verdien må være et heltall.", "Verdien må vere eit heiltal.", "A whole number is needed.")
_NUMBER: Final = _text("Verdien må være et tall.", "Verdien må vere eit tal.", "A number is needed.")
_TRUTH: Final = _text(
    "Verdien må være true eller false.", "Verdien må vere true eller false.", "true or false is needed."
)
_STRING: Final = _text("Verdien må være en tekst.", "Verdien må vere ein tekst.", "A text is needed.")
_LIST: Final = _text("Verdien må være en liste.", "Verdien må vere ei liste.", "A list is needed.")
_OBJECT: Final = _text(
    "Verdien må være et JSON-objekt.", "Verdien må vere eit JSON-objekt.", "A JSON object is needed."
)
_UUID: Final = _text("Verdien må være en UUID.", "Verdien må vere ein UUID.", "A UUID is needed.")
_ADDRESS: Final = _text(
    "Verdien må være en gyldig adresse.", "Verdien må vere ei gyldig adresse.", "A valid URL is needed."
)
_DAY: Final = _text(
    "Verdien må være en dato, skrevet som 2026-12-24.",
    "Verdien må vere ein dato, skriven som 2026-12-24.",
    "A date is needed, written as 2026-12-24.",
)
_CLOCK: Final = _text(
    "Verdien må være et klokkeslett, skrevet som 17:00.",
    "Verdien må vere eit klokkeslett, skrive som 17:00.",
    "A time of day is needed, written as 17:00.",
)
_MOMENT: Final = _text(
    "Verdien må være et tidspunkt med tidssone, skrevet som 2026-12-24T17:00:00Z.",
    "Verdien må vere eit tidspunkt med tidssone, skrive som 2026-12-24T17:00:00Z.",
    "A moment with its time zone is needed, written as 2026-12-24T17:00:00Z.",
)
_ONE_OF: Final = _text("Verdien må være {expected}.", "Verdien må vere {expected}.", "The value must be {expected}.")

_TEXTS: Final[Mapping[str, Text]] = {
    "missing": _text("Feltet må være med.", "Feltet må vere med.", "This field is required."),
    "extra_forbidden": _text(
        "Det finnes ikke noe felt med dette navnet.",
        "Det finst ikkje noko felt med dette namnet.",
        "There is no field of this name.",
    ),
    "none_required": _text("Verdien må være null.", "Verdien må vere null.", "The value must be null."),
    "greater_than": _text(
        "Verdien må være større enn {gt}.", "Verdien må vere større enn {gt}.", "The value must be greater than {gt}."
    ),
    "greater_than_equal": _text(
        "Verdien må være minst {ge}.", "Verdien må vere minst {ge}.", "The value must be at least {ge}."
    ),
    "less_than": _text(
        "Verdien må være mindre enn {lt}.", "Verdien må vere mindre enn {lt}.", "The value must be less than {lt}."
    ),
    "less_than_equal": _text(
        "Verdien kan være høyst {le}.", "Verdien kan vere høgst {le}.", "The value must be at most {le}."
    ),
    "multiple_of": _text(
        "Verdien må gå opp i {multiple_of}.",
        "Verdien må gå opp i {multiple_of}.",
        "The value must be a multiple of {multiple_of}.",
    ),
    "too_short": _text(
        "Listen er for kort. Minste antall er {min_length}.",
        "Lista er for kort. Minste tal er {min_length}.",
        "The list is too short. It must hold at least {min_length}.",
    ),
    "too_long": _text(
        "Listen er for lang. Største antall er {max_length}.",
        "Lista er for lang. Største tal er {max_length}.",
        "The list is too long. It may hold at most {max_length}.",
    ),
    "string_too_short": _text(
        "Teksten er for kort. Minste lengde er {min_length} tegn.",
        "Teksten er for kort. Minste lengd er {min_length} teikn.",
        "The text is too short. The shortest length is {min_length}.",
    ),
    "string_too_long": _text(
        "Teksten er for lang. Største lengde er {max_length} tegn.",
        "Teksten er for lang. Største lengd er {max_length} teikn.",
        "The text is too long. The greatest length is {max_length}.",
    ),
    "string_pattern_mismatch": _text(
        "Teksten er ikke skrevet slik den må: {pattern}",
        "Teksten er ikkje skriven slik han må: {pattern}",
        "The text is not written as it must be: {pattern}",
    ),
    "enum": _ONE_OF,
    "literal_error": _ONE_OF,
    "date_past": _text("Datoen må være passert.", "Datoen må vere passert.", "The date must be in the past."),
    "date_future": _text("Datoen må være fram i tid.", "Datoen må vere fram i tid.", "The date must be in the future."),
    "url_too_long": _text(
        "Adressen er for lang. Største lengde er {max_length} tegn.",
        "Adressa er for lang. Største lengd er {max_length} teikn.",
        "The URL is too long. The greatest length is {max_length}.",
    ),
    **dict.fromkeys(("int_type", "int_parsing", "int_parsing_size", "int_from_float"), _WHOLE_NUMBER),
    **dict.fromkeys(("float_type", "float_parsing", "finite_number", "decimal_type", "decimal_parsing"), _NUMBER),
    **dict.fromkeys(("bool_type", "bool_parsing"), _TRUTH),
    **dict.fromkeys(("string_type", "string_unicode"), _STRING),
    **dict.fromkeys(("list_type", "tuple_type", "set_type", "frozen_set_type", "iterable_type"), _LIST),
    **dict.fromkeys(("model_type", "model_attributes_type", "dict_type", "mapping_type"), _OBJECT),
    **dict.fromkeys(("uuid_type", "uuid_parsing", "uuid_version"), _UUID),
    **dict.fromkeys(("url_type", "url_parsing", "url_syntax_violation", "url_scheme"), _ADDRESS),
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"), _DAY),
    **dict.fromkeys(("time_type", "time_parsing"), _CLOCK),
    **dict.fromkeys(
        (
            "datetime_type",
            "datetime_parsing",
            "datetime_object_invalid",
            "datetime_from_date_parsing",
            "timezone_aware",
        ),
        _MOMENT,
    ),
}
_OR: Final[Text] = {"nb": " eller ", "nn": " eller ", "en": " or "}


def invalid_value(kind: str, text: Text) -> PydanticCustomError:
    """For a validator to raise; `kind` becomes the code, with hyphens. The text must quote nothing of what was sent."""
    return PydanticCustomError(kind, text["en"], {"text": text})


def text_of(found: Mapping[str, Any]) -> Text:
    """Of one of pydantic's errors, in each language."""
    context = found.get("ctx") or {}
    if isinstance(told := context.get("text"), dict):
        return told
    text = _TEXTS.get(found["type"], _INVALID)
    try:
        return {language: text[language].format_map(_shown(context, language)) for language in LANGUAGES}
    except KeyError:  # an error of a known type that lacks the limit which its type has
        return _INVALID


def _shown(context: Mapping[str, Any], language: str) -> Mapping[str, Any]:
    """pydantic lists choices as `'a', 'b' or 'c'`."""
    choices = str(context.get("expected", "")).replace("' or '", f"'{_OR[language]}'")
    if language != "en":
        choices = choices.replace("', '", "», «").replace("' eller '", "» eller «")
        choices = f"«{choices[1:-1]}»" if choices.startswith("'") else choices
    return {**context, "expected": choices} if "expected" in context else context
