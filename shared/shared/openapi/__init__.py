"""The contract of a service: OpenAPI 3.1, generated from the code, with what FastAPI does not know added."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic.alias_generators import to_camel

from shared.auth import document_scopes
from shared.openapi.completion import complete

__all__ = ["describe", "operation_id"]

_ABOUT: Final = """\
{description}

Audience of access tokens: `{audience}`. Texts for people are in the language of `Accept-Language` (`nb`, `nn`, `en`).
`nhn-event-id` (a UUID), `nhn-source-system` and `traceparent` are taken with any request, and travel with what follows
from it. A refusal is a problem document (RFC 9457): program by its `code`, show its `detail`. HEAD is answered wherever
GET is; its DPoP proof is for HEAD."""
_CONTACT: Final = {
    "name": "Helseverktøy",
    "url": "https://helseverktoy.example/developers",
    "email": "developers@helseverktoy.example",
}
_SERVERS: Final = [
    {
        "url": "/",
        "description": "Where this document is served: production, test or a sandbox of one's own",
        "x-internal": False,
    }
]


def operation_id(route: APIRoute) -> str:
    """The function's name in camelCase, so that a generated client's methods read well."""
    return to_camel(route.name)


def describe(app: FastAPI, audience: str, tags: Mapping[str, str]) -> None:
    """Replaces the app's OpenAPI with the completed one; made once, when first asked for. `tags`: name to text."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = complete(_generate(app, audience), tags)
            document_scopes(document, app.routes)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _generate(app: FastAPI, audience: str) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version="3.1.0",
        description=_ABOUT.format(description=app.description, audience=audience),
        routes=app.routes,
    )
    document["info"] |= {"contact": _CONTACT, "x-api-id": audience, "x-audience": "external-partner"}
    document["servers"] = _SERVERS
    return document
