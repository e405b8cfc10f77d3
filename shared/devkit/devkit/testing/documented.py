"""Every answer of every test is held against the contract of the app that gave it."""

import re
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx
from fastapi import FastAPI

from shared.errors import PROBLEM_MEDIA_TYPE


def documented(app: FastAPI) -> Callable[[httpx.Response], Awaitable[None]]:
    """For a client's event hooks. A status or a code that is not listed for its operation fails the test.

    A method that there is not, and an address that is not in the contract, are for the framework to refuse.
    """
    paths = [(re.compile(re.sub(r"{\w+}", "[^/]+", path)), found) for path, found in _plain_first(app)]

    async def check(response: httpx.Response) -> None:
        path, method = response.request.url.path, response.request.method.lower()
        operation = next((found.get(method) for pattern, found in paths if pattern.fullmatch(path)), None)
        if operation is None or response.status_code == httpx.codes.METHOD_NOT_ALLOWED:
            return
        name, status = operation["operationId"], str(response.status_code)
        if status not in operation["responses"]:
            raise AssertionError(f"{name} does not list {status}")
        if response.headers.get("content-type") == PROBLEM_MEDIA_TYPE:
            await response.aread()
            listed, code = operation["responses"][status]["content"][PROBLEM_MEDIA_TYPE], response.json()["code"]
            if code not in listed["examples"]:
                raise AssertionError(f"{name} does not list {status} {code}")

    return check


def _plain_first(app: FastAPI) -> Iterator[tuple[str, dict[str, Any]]]:
    """A word in an address goes before an id in its place."""
    yield from sorted(app.openapi()["paths"].items(), key=lambda item: item[0].count("{"))
