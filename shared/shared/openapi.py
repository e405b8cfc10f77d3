"""The contract of a service: OpenAPI 3.1, generated from the code, with what FastAPI does not know added."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic.alias_generators import to_camel

from shared.errors import PROBLEM_SCHEMA

_METHODS = frozenset({"get", "put", "post", "delete", "patch"})


def operation_id(route: APIRoute) -> str:
    """The function's name in camelCase, so that a generated client's methods read well."""
    return to_camel(route.name)


def describe(app: FastAPI, audience: str) -> None:
    """Replaces the app's OpenAPI with the completed one; made once, when first asked for."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _complete(
                get_openapi(
                    title=app.title,
                    version=app.version,
                    openapi_version="3.1.0",
                    description=f"{app.description}\n\nAudience of access tokens: `{audience}`.",
                    routes=app.routes,
                    tags=app.openapi_tags,
                )
            )
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
    responses = operation["responses"]
    if "application/json" in responses.get("422", {}).get("content", {}):
        content = responses["422"]["content"]
        content.pop("application/json")
        content.setdefault("application/problem+json", {"schema": {"$ref": "#/components/schemas/Problem"}})
