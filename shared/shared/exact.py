"""What is sent in has the type and the format that its contract says (RFC 9562, RFC 3339).

Left to itself, pydantic takes `"1"` and `true` for a number, `0` for false, and a number of seconds for a day.
"""

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BeforeValidator
from pydantic_core import CoreSchema, PydanticKnownError
from pydantic_core.core_schema import no_info_before_validator_function

_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DIGITS: Final = re.compile(r"-?[0-9]+")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# no longer than the 40 characters that contracts allow it
_MOMENT: Final = re.compile(
    _DAY.pattern + r"[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,14})?([Zz]|[+-][0-9]{2}:[0-9]{2})",
)


def _number(value: Any) -> Any:
    """`1.0` is a whole number in JSON Schema too."""
    if isinstance(value, bool | str):
        raise PydanticKnownError("int_type")
    return value


def _digits(value: Any) -> Any:
    if isinstance(value, str) and not _DIGITS.fullmatch(value):
        raise PydanticKnownError("int_parsing")
    return value


def _boolean(value: Any) -> Any:
    if not isinstance(value, bool):
        raise PydanticKnownError("bool_type")
    return value


def _written_as(pattern: re.Pattern[str], kind: str, example: str) -> Callable[[Any], Any]:
    """For a value that JSON has no type of; Python's own type is taken where a model is made in code."""

    def check(value: Any) -> Any:
        if isinstance(value, int | float):
            raise PydanticKnownError(f"{kind}_type")  # type: ignore[arg-type]  # one of uuid, date and datetime
        if isinstance(value, str) and not pattern.fullmatch(value):
            raise PydanticKnownError(f"{kind}_parsing", {"error": f"written as {example}"})  # type: ignore[arg-type]
        return value

    return check


_CHECKS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "int": _number,
    "bool": _boolean,
    "uuid": _written_as(_UUID, "uuid", "0296a880-2aab-4e06-8968-eee2900e49ec"),
    "date": _written_as(_DAY, "date", "2026-12-24"),
    "datetime": _written_as(_MOMENT, "datetime", "2026-12-24T17:00:00Z"),
}
# In an address or a header, where everything is a text: no `1_0` and no `1.0`, no UUID without its dashes
AS_DIGITS: Final = BeforeValidator(_digits)  # after the limits of the number, or the contract loses them
AS_MOMENT: Final = BeforeValidator(_CHECKS["datetime"])
Id = Annotated[UUID, BeforeValidator(_CHECKS["uuid"])]

_BELOW: Final = frozenset(
    {"schema", "fields", "items_schema", "keys_schema", "values_schema", "choices", "steps", "definitions"}
    | {"lax_schema", "strict_schema", "json_schema", "python_schema"}
)


def exactly(schema: CoreSchema) -> CoreSchema:
    """The same with a check before each value that pydantic would have read generously."""
    checked: CoreSchema = _checked(schema)
    return checked


def _checked(node: Any) -> Any:
    if isinstance(node, list | tuple):
        return type(node)(_checked(part) for part in node)
    if not isinstance(node, dict):
        return node
    kind = node.get("type")
    if not isinstance(kind, str):  # by name: the fields of a model
        return {name: _checked(part) for name, part in node.items()}
    if kind == "function-before" and node["function"]["function"] in _CHECKS.values():
        return node
    inner = {key: _checked(part) if key in _BELOW else part for key, part in node.items()}
    return no_info_before_validator_function(_CHECKS[kind], inner) if kind in _CHECKS else inner
