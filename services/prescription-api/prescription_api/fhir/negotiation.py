"""Which of the forms that an answer has the caller wants (RFC 9110, 12.5.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Final

from fastapi import Request

from prescription_api.fhir.errors import NotAcceptable

JSON: Final = "application/json"
FHIR: Final = "application/fhir+json"
TEXT: Final = "text/plain; charset=utf-8"

# by `_format`, which overrides Accept (R4, 3.1.0.1.11); a plus sign in an address is a space
FORMATS: Final = frozenset({"json", "text/json", "application/json", "application/fhir+json", "application/fhir json"})

# what a caller may say of a form and still mean ours
_PARAMETERS: Final[Mapping[str, frozenset[tuple[str, str]]]] = {
    "application/json": frozenset({("charset", "utf-8")}),
    "application/fhir+json": frozenset({("charset", "utf-8"), ("fhirversion", "4.0")}),
    "text/plain": frozenset({("charset", "utf-8")}),
}


@dataclass(frozen=True, slots=True)
class _Range:
    """A media range; the more of the type it names, the more it weighs."""

    name: str
    parameters: frozenset[tuple[str, str]]
    quality: float

    @classmethod
    def read(cls, text: str) -> "_Range":
        """A range that cannot be read accepts nothing."""
        message = Message()
        message["content-type"] = text
        (name, _), *given = message.get_params([("", "")])
        parameters = {key.lower(): value.lower() for key, value in given if isinstance(value, str)}
        try:
            quality = float(parameters.pop("q", "1"))
        except ValueError:
            quality = 0.0
        return cls(name.strip().lower(), frozenset(parameters.items()), quality if 0 <= quality <= 1 else 0.0)

    def closeness(self, form: str) -> int:
        """0 when the range does not hold the form."""
        kind = form.partition("/")[0]
        if self.name == form:
            return 3 + len(self.parameters) if self.parameters <= _PARAMETERS[form] else 0
        return {f"{kind}/*": 2, "*/*": 1}.get(self.name, 0)


def choose(request: Request, *forms: str, asked: str | None = None) -> str:
    """The one of `forms` that Accept asks for most; the first of them when it does not matter. `asked` is `_format` in
    a form, which counts as the address's does. Raises NotAcceptable.
    """
    if asked := request.query_params.get("_format") or asked:
        return _of_format(asked, forms)
    header = ",".join(request.headers.getlist("accept"))
    if not header.strip():
        return forms[0]
    ranges = [_Range.read(part) for part in header.split(",")[:50]]
    best = max(forms, key=lambda form: _quality(ranges, form))
    if _quality(ranges, best) == 0:
        raise NotAcceptable(accepted=list(forms))
    return best


def format_named(text: str) -> str:
    """Without parameters such as charset and fhirVersion."""
    return text.partition(";")[0].strip().lower()


def _of_format(asked: str, forms: tuple[str, ...]) -> str:
    named = format_named(asked)
    if named not in FORMATS or (FHIR not in forms and JSON not in forms):
        raise NotAcceptable(accepted=list(forms))
    wanted = FHIR if named in ("json", FHIR, "application/fhir json") else JSON
    return wanted if wanted in forms else forms[0]


def _quality(ranges: list[_Range], form: str) -> float:
    """What the closest range says of the form."""
    name = form.partition(";")[0]
    return max((r for r in ranges if r.closeness(name)), key=lambda r: r.closeness(name), default=_NOTHING).quality


_NOTHING: Final = _Range("", frozenset(), 0.0)
