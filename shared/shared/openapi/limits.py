"""Limits in the contract that the code does not state field by field.

Numbers in answers are exact in every reader of JSON (RFC 7493, section 2.2).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from shared.schemas import LONGEST_TEXT

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Unstated:
    """What holds where the code says nothing; None is left as it is, for the linter to find."""

    text: int | None = None
    items: int | None = None
    number: int | None = None


IN_PARAMETERS: Final = Unstated()
IN_BODIES: Final = Unstated(text=LONGEST_TEXT)  # RequestSchema holds it
IN_ANSWERS: Final = Unstated(text=100_000, items=1_000, number=2**53 - 1)

_LENGTHS: Final = {"uuid": 36, "date-time": 40, "date": 10, "uri": 2_000, "email": 254}
_INT32: Final = 2**31 - 1
_DATA: Final = frozenset({"example", "examples", "default", "enum", "const"})


def fill_in_limits(document: Json) -> None:
    """Changes the schemas of the document."""
    sent = _names_sent(document)
    for operation in _operations(document):
        _limit_all(operation.get("parameters", []), IN_PARAMETERS)
        _limit_all(operation["responses"], IN_ANSWERS)
    for name, schema in document["components"]["schemas"].items():
        _limit_all(schema, IN_BODIES if name in sent else IN_ANSWERS)


def _operations(document: Json) -> Iterator[Json]:
    for path in document["paths"].values():
        yield from (operation for operation in path.values() if "responses" in operation)


def _names_sent(document: Json) -> set[str]:
    """The components that request bodies are made of."""
    found: set[str] = set()
    waiting = [name for operation in _operations(document) for name in _references(operation.get("requestBody"))]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _references(document["components"]["schemas"].get(name))
    return found


def _references(node: Any) -> list[str]:
    return [part["$ref"].rpartition("/")[2] for part in _objects(node) if isinstance(part.get("$ref"), str)]


def _objects(node: Any) -> Iterator[Json]:
    """Every object below, without what looks like a schema and is data."""
    if isinstance(node, dict):
        yield node
        for key, value in node.items():
            if key == "properties":
                yield from _objects(list(value.values()))  # their names are anyone's choice
            elif key not in _DATA:
                yield from _objects(value)
    elif isinstance(node, list):
        for item in node:
            yield from _objects(item)


def _limit_all(node: Any, unstated: Unstated) -> None:
    for schema in _objects(node):
        if schema.get("type") == "string":
            _limit_text(schema, unstated)
        elif schema.get("type") == "array" and unstated.items:
            schema.setdefault("maxItems", unstated.items)
        elif schema.get("type") == "integer":
            _limit_number(schema, unstated)


def _limit_text(schema: Json, unstated: Unstated) -> None:
    longest = _LENGTHS.get(schema.get("format", ""), unstated.text)
    if longest and not schema.keys() & {"maxLength", "enum", "const"}:
        schema["maxLength"] = longest


def _limit_number(schema: Json, unstated: Unstated) -> None:
    if unstated.number and not schema.keys() & {"enum", "const"}:
        if "exclusiveMinimum" not in schema:
            schema.setdefault("minimum", -unstated.number)
        if "exclusiveMaximum" not in schema:
            schema.setdefault("maximum", unstated.number)
    largest = schema.get("maximum", schema.get("exclusiveMaximum"))
    small = largest is not None and largest <= _INT32
    schema.setdefault("format", "int32" if small else "int64")
