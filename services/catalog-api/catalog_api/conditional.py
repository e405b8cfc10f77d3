"""Answers of routes to conditional requests (RFC 9110, 13)."""

from typing import Any, Final

_HEADERS: Final = {"ETag": {"description": "The entity tag of this answer", "schema": {"type": "string"}}}
TAGGED: Final[dict[int | str, dict[str, Any]]] = {200: {"headers": _HEADERS}}
READ: Final = TAGGED | {304: {"description": "As the entity tag in If-None-Match says"}}
CREATED: Final[dict[int | str, dict[str, Any]]] = {
    201: {"headers": {**_HEADERS, "Location": {"description": "Where it is", "schema": {"type": "string"}}}}
}
