"""The scopes of each operation, in its OpenAPI: FastAPI knows the scheme that a route asks for, but not the scope."""

from collections.abc import Iterator, Sequence
from typing import Any

from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import BaseRoute

from shared.auth.dependencies import AnyHelseIdToken, HelseIdCaller


def document_scopes(document: dict[str, Any], routes: Sequence[BaseRoute]) -> None:
    """Fills in `security` of the document that was made from these routes. Any one of the scopes listed lets in."""
    for route in iter_route_contexts(routes):
        if isinstance(route.original_route, APIRoute):
            for operation in _operations(document, route):
                _fill_in(operation, {scope for caller in _callers(route.dependant) for scope in caller.scopes})
                if any(isinstance(call, AnyHelseIdToken) for call in _calls(route.dependant)):
                    operation["security"].append({})  # nobody has to say who they are


def _operations(document: dict[str, Any], route: Any) -> Iterator[dict[str, Any]]:
    path = document.get("paths", {}).get(route.path_format, {})
    yield from (path[method.lower()] for method in route.methods if method.lower() in path)


def _callers(dependant: Any) -> Iterator[HelseIdCaller[Any]]:
    yield from (call for call in _calls(dependant) if isinstance(call, HelseIdCaller))


def _calls(dependant: Any) -> Iterator[Any]:
    yield dependant.call
    for below in dependant.dependencies:
        yield from _calls(below)


def _fill_in(operation: dict[str, Any], scopes: set[str]) -> None:
    for requirement in operation.get("security", []):
        if HelseIdCaller.scheme_name in requirement:
            requirement[HelseIdCaller.scheme_name] = sorted(scopes)
