"""A query parameter that an operation does not have is refused: who misspells a filter is not given everything."""

from collections.abc import Iterator
from typing import Any, Final

from fastapi import Request
from fastapi.dependencies.models import Dependant
from pydantic import BaseModel

from shared.errors import MalformedRequest
from shared.language import Text

_UNKNOWN: Final[Text] = {
    "nb": "Adressen har en parameter som ikke finnes her. De som finnes: {names}.",
    "nn": "Adressa har ein parameter som ikkje finst her. Dei som finst: {names}.",
    "en": "The address has a parameter that does not exist here. Those that do: {names}.",
}

_KEPT: Final = "query_names"
_ANY: Final = frozenset({"any"})


class _RefusesItself(Exception):
    """The operation's own model forbids what it does not know."""


async def refuse_unknown_query(request: Request) -> None:
    """Raises MalformedRequest, which says what there is."""
    if not request.scope["query_string"]:
        return
    names = _names(request.scope["route"])
    if names is not _ANY and not names.issuperset(request.query_params.keys()):
        listed = ", ".join(sorted(names)) or "–"
        raise MalformedRequest({language: text.format(names=listed) for language, text in _UNKNOWN.items()})


def _names(route: Any) -> frozenset[str]:
    """Worked out once for each route; routes live as long as the app."""
    names: frozenset[str] | None = getattr(route, _KEPT, None)
    if names is None:
        try:
            names = frozenset(_all(route.dependant))
        except _RefusesItself:
            names = _ANY
        setattr(route, _KEPT, names)
    return names


def _all(dependant: Dependant) -> Iterator[str]:
    for field in dependant.query_params:
        kind: Any = field.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            if kind.model_config.get("extra") == "forbid":
                raise _RefusesItself
            yield from (inner.alias or name for name, inner in kind.model_fields.items())
        else:
            yield field.alias
    for inner in dependant.dependencies:
        yield from _all(inner)
