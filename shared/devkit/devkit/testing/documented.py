"""Every answer of every test is held against the contract of the app that gave it."""

import re
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Final

import httpx
from fastapi import FastAPI
from jsonschema import Draft202012Validator

from shared.errors import PROBLEM_MEDIA_TYPE

OF_ANY_ANSWER: Final = frozenset(
    {"content-type", "content-length", "date", "server", "connection", "transfer-encoding"}
    | {"vary", "cache-control", "pragma", "traceparent"}
    | {"x-content-type-options", "content-security-policy", "referrer-policy"}  # for the safety of browsers
)
"""Headers that a caller need not be told of for each operation; all others are in its contract."""


def documented(app: FastAPI) -> Callable[[httpx.Response], Awaitable[None]]:
    """For a client's event hooks. A status, a code or a header that is not listed for its operation fails the test, and
    a problem document with members of another shape than they are said to have.

    A method that there is not, and an address that is not in the contract, are for the framework to refuse.
    """
    problem = Draft202012Validator(
        app.openapi()["components"]["schemas"]["Problem"], format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    paths = [(re.compile(re.sub(r"{\w+}", "[^/]+", path)), found) for path, found in _plain_first(app)]

    async def check(response: httpx.Response) -> None:
        path, method = response.request.url.path, response.request.method.lower()
        operation = next((found.get(method) for pattern, found in paths if pattern.fullmatch(path)), None)
        if operation is None or response.status_code == httpx.codes.METHOD_NOT_ALLOWED:
            return
        name, status = operation["operationId"], str(response.status_code)
        if status not in operation["responses"]:
            raise AssertionError(f"{name} does not list {status}")
        if undeclared := _undeclared(response, operation["responses"][status]):
            raise AssertionError(f"{name} does not list of {status} {', '.join(undeclared)}")
        if response.headers.get("content-type") == PROBLEM_MEDIA_TYPE:
            await response.aread()
            if wrong := [f"{error.json_path}: {error.message}" for error in problem.iter_errors(response.json())]:
                raise AssertionError(f"{name} answers {status} otherwise than as a Problem: {wrong}")
            listed, code = operation["responses"][status]["content"][PROBLEM_MEDIA_TYPE], response.json()["code"]
            if code not in listed["examples"]:
                raise AssertionError(f"{name} does not list {status} {code}")

    return check


def _undeclared(response: httpx.Response, listed: dict[str, Any]) -> list[str]:
    """Names of headers."""
    known = OF_ANY_ANSWER | {name.lower() for name in listed.get("headers", {})}
    return sorted(set(response.headers.keys()) - known)


def _plain_first(app: FastAPI) -> Iterator[tuple[str, dict[str, Any]]]:
    """A word in an address goes before an id in its place."""
    yield from sorted(app.openapi()["paths"].items(), key=lambda item: item[0].count("{"))
