"""The contract of a service: OpenAPI 3.1, generated from the code, with what FastAPI does not know added."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic.alias_generators import to_camel

from shared.auth import document_scopes
from shared.errors import (
    PROBLEM_MEDIA_TYPE,
    PROBLEM_SCHEMA,
    DomainError,
    InvalidInput,
    MalformedRequest,
    Unavailable,
    problems,
)
from shared.http import BodyTooLarge, UnsupportedMediaType

_METHODS = frozenset({"get", "put", "post", "delete", "patch"})


def operation_id(route: APIRoute) -> str:
    """The function's name in camelCase, so that a generated client's methods read well."""
    return to_camel(route.name)


def describe(app: FastAPI, audience: str) -> None:
    """Replaces the app's OpenAPI with the completed one; made once, when first asked for."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = _complete(
                get_openapi(
                    title=app.title,
                    version=app.version,
                    openapi_version="3.1.0",
                    description=f"{app.description}\n\nAudience of access tokens: `{audience}`.",
                    routes=app.routes,
                    tags=app.openapi_tags,
                )
            )
            document_scopes(document, app.routes)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _complete(document: dict[str, Any]) -> dict[str, Any]:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = PROBLEM_SCHEMA
    # FastAPI's own shape of a validation error is not what leaves this system
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for path in document.get("paths", {}).values():
        for method, operation in path.items():
            if method in _METHODS:
                _complete_operation(operation)
    return document


def _complete_operation(operation: dict[str, Any]) -> None:
    """What every operation can answer because of what stands around them all, so that no route has to say it."""
    responses = operation["responses"]
    responses.get("422", {}).get("content", {}).pop("application/json", None)
    common: list[type[DomainError]] = [Unavailable]
    if "requestBody" in operation:
        common += [MalformedRequest, InvalidInput, BodyTooLarge, UnsupportedMediaType]
    if "parameters" in operation:
        common += [MalformedRequest, InvalidInput]
    for status, problem in problems(*common).items():
        content = responses.setdefault(str(status), problem).setdefault("content", {})
        examples = content.setdefault(PROBLEM_MEDIA_TYPE, problem["content"][PROBLEM_MEDIA_TYPE]).setdefault(
            "examples", {}
        )
        for code, example in problem["content"][PROBLEM_MEDIA_TYPE]["examples"].items():
            examples.setdefault(code, example)
    operation["responses"] = dict(sorted(responses.items()))
