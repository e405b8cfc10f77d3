"""What a change of a JSON schema breaks: for those who send what it describes, and for those who read it.

A sender is broken by less being accepted, a reader by less being there or by more than they were told to expect. Events
are read, and sent again years later: what is new in them must not be required either.
"""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, Final

Json = Mapping[str, Any]

_UPPER: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_LOWER: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
SCHEMA: Final = "schema "
_GROWING: Final = "x-extensible-enum"
_IMPLIED: Final = {"properties": "object", "items": "array"}


class Reader(Enum):
    """Who reads what the schema describes, and so who is broken by what."""

    US = "a request"
    CALLER = "an answer"
    CONSUMER = "an event"


class Documents:
    """The two documents that references lead into."""

    def __init__(self, released: Json, current: Json) -> None:
        self._released = released
        self._current = current
        self._found: dict[tuple[int, int, Reader], list[str]] = {}
        components = released["components"].get("schemas", {})
        self._names = {id(schema): name for name, schema in components.items()}

    def changes(self, old: Json, new: Json, reader: Reader, at: str) -> list[str]:
        """Sentences, each with its place; what is in a component is at `SCHEMA` and its name, wherever that is used."""
        before, after = _resolve(old, self._released), _resolve(new, self._current)
        pair = (id(before), id(after), reader)
        if pair not in self._found:
            self._found[pair] = []  # what it says while it is being compared: schemas may hold themselves
            self._found[pair] = list(self._compare(before, after, reader, self._place(before, at)))
        return self._found[pair]

    def _compare(self, old: Json, new: Json, reader: Reader, at: str) -> Iterator[str]:
        before, after = _alternatives(old, self._released), _alternatives(new, self._current)
        if reader is Reader.US:
            for one in before:
                same = [other for other in after if _takes(other, one)]
                yield from self._nearest([(one, other) for other in same], reader, at, one)
            return
        for one in after:
            same = [other for other in before if _takes(other, one)]
            yield from self._nearest([(other, one) for other in same], reader, at, one)
        kinds = [{_kind(schema) for schema in schemas} for schemas in (before, after)]
        if kinds[1] < kinds[0] and kinds[0] - kinds[1] != {"null"}:
            yield f"{at}: is now only ever {' or '.join(sorted(kinds[1]))}"

    def _place(self, old: Json, at: str) -> str:
        return SCHEMA + self._names[id(old)] if id(old) in self._names else at

    def _nearest(self, pairs: list[tuple[Json, Json]], reader: Reader, at: str, one: Json) -> list[str]:
        """What the pair that differs least differs by: of several alternatives, one that still fits is enough."""
        if not pairs:
            return [f"{at}: can no longer be {_kind(one)}" if reader is Reader.US else f"{at}: may now be {_kind(one)}"]
        return min((list(self._between(old, new, reader, self._place(old, at))) for old, new in pairs), key=len)

    def _between(self, old: Json, new: Json, reader: Reader, at: str) -> Iterator[str]:
        yield from _values(old, new, reader, at)
        yield from _limits(old, new, reader, at)
        yield from _formats(old, new, reader, at)
        yield from self._properties(old, new, reader, at)
        if "items" in old and "items" in new:
            yield from self.changes(old["items"], new["items"], reader, f"{at}[]")
        extra = [schema.get("additionalProperties") for schema in (old, new)]
        if isinstance(extra[0], dict) and isinstance(extra[1], dict):
            yield from self.changes(extra[0], extra[1], reader, f"{at}.*")
        if reader is Reader.US and extra[0] is not False and extra[1] is False:
            yield f"{at}: other members than those named are no longer accepted"

    def _properties(self, old: Json, new: Json, reader: Reader, at: str) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        required_before, required_after = set(old.get("required", [])), set(new.get("required", []))
        for name in before.keys() - after.keys():
            yield f"{at}.{name}: is gone"
        if reader is not Reader.CALLER:
            for name in required_after - required_before:
                yield f"{at}.{name}: is now required"
        if reader is not Reader.US:
            for name in (required_before - required_after) & after.keys():
                yield f"{at}.{name}: may now be missing"
        for name in sorted(before.keys() & after.keys()):
            yield from self.changes(before[name], after[name], reader, f"{at}.{name}")


def _resolve(schema: Json, document: Json) -> Json:
    while "$ref" in schema:
        target: Any = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        schema = target
    return schema


def _alternatives(schema: Json, document: Json) -> list[Json]:
    """The schema as a list of schemas of one type each, references followed."""
    schema = _resolve(schema, document)
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            return _listed_once([one for choice in schema[keyword] for one in _alternatives(choice, document)])
    if isinstance(schema.get("type"), list):
        return [{**schema, "type": kind} for kind in schema["type"]]
    return [schema]


def _listed_once(schemas: list[Json]) -> list[Json]:
    """Lists of values of one type are one list, however they are written."""
    lists: dict[str, Json] = {}
    for schema in schemas:
        if choices := _choices(schema):
            known = _choices(lists.get(_kind(schema), {"enum": []})) or set()
            lists[_kind(schema)] = {"type": _kind(schema), "enum": sorted(known | choices, key=str)}
    return [*(schema for schema in schemas if not _choices(schema)), *lists.values()]


def _kind(schema: Json) -> str:
    stated = schema.get("type") or next((kind for key, kind in _IMPLIED.items() if key in schema), None)
    if stated is None and "const" in schema:
        return {str: "string", bool: "boolean", int: "integer"}.get(type(schema["const"]), "any")
    return str(stated or "any")


def _takes(wide: Json, narrow: Json) -> bool:
    pair = (_kind(wide), _kind(narrow))
    return pair[0] in (pair[1], "any") or pair == ("number", "integer")


def _choices(schema: Json) -> set[Any] | None:
    """The values of an enumeration; None when any value will do."""
    if "const" in schema:
        return {schema["const"]}
    return set(schema["enum"]) if "enum" in schema else None


def _values(old: Json, new: Json, reader: Reader, at: str) -> Iterator[str]:
    before, after = _choices(old), _choices(new)
    if before is not None and after is not None:
        yield from (f"{at}: the value `{value}` is gone" for value in sorted(before - after, key=str))
        if reader is not Reader.US:
            yield from (f"{at}: the value `{value}` is new to readers" for value in sorted(after - before, key=str))
    elif before is None and after is None:
        gone = set(old.get(_GROWING, [])) - set(new.get(_GROWING, []))
        yield from (f"{at}: the value `{value}` is gone" for value in sorted(gone))
    elif after is not None and reader is Reader.US:
        yield f"{at}: only some values are accepted now"
    elif before is not None and reader is not Reader.US:
        yield f"{at}: may now be something else than the values that were listed"


def _limits(old: Json, new: Json, reader: Reader, at: str) -> Iterator[str]:
    for keywords, sign in ((_UPPER, 1), (_LOWER, -1)):
        for keyword in keywords:
            unlimited = sign * float("inf")
            change = (
                sign * (new.get(keyword, unlimited) - old.get(keyword, unlimited)) if keyword in {*old, *new} else 0
            )
            if change < 0 and reader is Reader.US:
                yield f"{at}: {keyword} is narrower, {new[keyword]} instead of {old.get(keyword, 'none')}"
            if change > 0 and reader is not Reader.US:
                yield f"{at}: {keyword} is wider, {new.get(keyword, 'none')} instead of {old[keyword]}"


def _formats(old: Json, new: Json, reader: Reader, at: str) -> Iterator[str]:
    for keyword in ("format", "pattern"):
        before, after = old.get(keyword), new.get(keyword)
        narrower = after is not None and reader is Reader.US
        looser = before is not None and reader is not Reader.US
        if before != after and (narrower or looser):
            yield f"{at}: {keyword} is {after}, and was {before}"
