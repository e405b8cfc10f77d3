"""Where in a request something is wrong: a pointer (RFC 6901) into what was sent, and never the library's own names.

pydantic's places hold names of unions, validators and keys besides those of members: `deadline`,
`function-after[_to_utc(), ...]`. What is not there in what was sent is such a name, unless it is the member that is
missing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from fastapi import Request

Place = tuple[str | int, ...]

_ELEVEN_DIGITS: Final = re.compile(r"\d{11}")
_NAMED_BY_US: Final = frozenset({"path", "header", "cookie"})  # what is below them is our parameter's name


def pointer_to(found: Mapping[str, Any], request: Request, body: Any) -> str:
    """Of one of pydantic's errors; the first part of the pointer says which part of the request it is about."""
    part, *below = found["loc"]
    if part in _NAMED_BY_US:
        return as_pointer((part, *below[:1]))
    sent = body if part == "body" else _lists(request)
    return as_pointer((part, *_place(tuple(below), sent, found)))


def as_pointer(place: Place) -> str:
    """A member that nobody asked for has a name that the caller chose: it may be somebody's number."""
    pointer = "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in place)
    return _ELEVEN_DIGITS.sub("[redacted]", pointer)


def _lists(request: Request) -> Mapping[str, Sequence[str]]:
    return {name: request.query_params.getlist(name) for name in request.query_params}


def _place(loc: Place, sent: Any, found: Mapping[str, Any]) -> Place:
    """Where a name could be a member's or the library's, the value that was found wrong decides, else the longest."""
    missing = loc[-1:] if found["type"] == "missing" else ()

    def likelihood(reading: tuple[Place, Any]) -> tuple[bool, bool, int]:
        place, value = reading
        return value is found.get("input"), not missing or isinstance(value, Mapping), len(place)

    place, _ = max(_readings(loc[: len(loc) - len(missing)], sent), key=likelihood)
    return (*place, *missing)


def _readings(loc: Place, value: Any) -> Iterator[tuple[Place, Any]]:
    """Each way through what was sent along these names, leaving out some, and the value that it ends at."""
    if not loc:
        yield (), value
        return
    name, rest = loc[0], loc[1:]
    inner = _inside(value, name)
    for place, end in _readings(rest, inner[0]) if inner else ():
        yield (name, *place), end
    if not inner or isinstance(name, str):  # the library's names are texts
        yield from _readings(rest, value)


def _inside(value: Any, name: str | int) -> tuple[Any] | None:
    if isinstance(value, Mapping):
        return (value[name],) if name in value else None
    if isinstance(value, list) and isinstance(name, int) and 0 <= name < len(value):
        return (value[name],)
    return None
