"""Which methods an address has: a refused one is told all of them, whatever route was looked at (RFC 9110, 15.5.6).

Wherever GET is, HEAD is (9.3.2): it is answered as GET, with all that GET is checked, counted and recorded for, and the
server leaves out what the answer holds. Where GET does what can be done once, the address has a HEAD of its own.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Final

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, compile_path
from starlette.types import Scope

Refuse = Callable[[], Awaitable[None]]

_SENT: Final = "method_sent"  # where a request's scope has the method that is answered as another


class Addresses:
    """The paths of an app's routes, with parameters in braces, and the methods of each."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        found: dict[str, set[str]] = defaultdict(set)
        ours = [route for route in routes if isinstance(route, APIRoute)]
        # what the contract does not name is told of addresses only that it does not name either
        public = {route.path_format for route in ours if route.include_in_schema}
        for route in ours:
            if route.include_in_schema or route.path_format not in public:
                found[route.path_format] |= route.methods or set()
        for methods in found.values():
            if "GET" in methods:
                methods.add("HEAD")
        self._looked_at = {route.path_format for route in ours if "HEAD" in (route.methods or ())}
        self._methods: Mapping[str, set[str]] = found
        # the one with the fewest parameters is meant
        self._patterns = [(compile_path(path)[0], path) for path in sorted(found, key=lambda it: it.count("{"))]

    def allowed(self, path: str) -> list[str]:
        """Nothing where there is no such address."""
        found = self._found(path)
        return sorted(self._methods[found]) if found else []

    def has_head_by_get(self, path: str) -> bool:
        found = self._found(path)
        return found is not None and found not in self._looked_at and "GET" in self._methods[found]

    def _found(self, path: str) -> str | None:
        return next((known for pattern, known in self._patterns if pattern.fullmatch(path)), None)

    def keep_apart(self, app: FastAPI, refuse: Refuse) -> None:
        """`/things/search` is no thing of the name `search`, whatever the method: where a parameter would take a word
        that is an address of its own, that address refuses the methods that it does not have.
        """
        for address, own in self._methods.items():
            wider = [methods for path, methods in self._methods.items() if _takes(path, address)]
            if missing := set[str]().union(*wider) - own:
                app.router.routes.insert(0, APIRoute(address, refuse, methods=missing, include_in_schema=False))


def allowed(scope: Scope) -> list[str]:
    """The methods of a request's address, as the app keeps them; nothing where it does not know."""
    addresses = _addresses(scope)
    return addresses.allowed(scope["path"]) if addresses else []


def head_as_get(scope: Scope) -> Scope:
    """For a HEAD that is answered as GET a scope of its own: the server's still says that nothing is to be sent."""
    addresses = _addresses(scope)
    if addresses is None or not addresses.has_head_by_get(scope["path"]):
        return scope
    return {**scope, "method": "GET", _SENT: "HEAD"}


def method_sent(scope: Scope) -> str:
    """By the caller: what a proof is signed for, and what is logged."""
    method: str = scope.get(_SENT) or scope["method"]
    return method


def _addresses(scope: Scope) -> Addresses | None:
    return getattr(scope["app"].state, "addresses", None) if "app" in scope else None


def _takes(path: str, address: str) -> bool:
    parts, words = path.split("/"), address.split("/")
    fits = all(part == word or part.startswith("{") for part, word in zip(parts, words, strict=False))
    return path != address and len(parts) == len(words) and fits
