"""Conditional requests (RFC 9110, 13) as parameters and answers of routes."""

from typing import Annotated, Any, Final

from fastapi import Header

IfMatch = Annotated[str | None, Header(alias="If-Match", description="The ETag that the change builds on")]
IfNoneMatch = Annotated[str | None, Header(alias="If-None-Match", description="The ETag that the reader has")]

_HEADERS: Final = {"ETag": {"description": "The entity tag of this answer", "schema": {"type": "string"}}}
TAGGED: Final[dict[int | str, dict[str, Any]]] = {200: {"headers": _HEADERS}}
READ: Final = TAGGED | {304: {"description": "As the entity tag in If-None-Match says"}}
CREATED: Final[dict[int | str, dict[str, Any]]] = {
    201: {"headers": {**_HEADERS, "Location": {"description": "Where it is", "schema": {"type": "string"}}}}
}
