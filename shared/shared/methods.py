"""Which methods an address has: a refused one is told all of them, whatever route was looked at (RFC 9110, 15.5.6)."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, compile_path
from starlette.types import Scope

Refuse = Callable[[], Awaitable[None]]


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
        self._methods: Mapping[str, set[str]] = found
        # the one with the fewest parameters is meant
        self._patterns = [(compile_path(path)[0], path) for path in sorted(found, key=lambda it: it.count("{"))]

    def allowed(self, path: str) -> list[str]:
        """Nothing where there is no such address."""
        found = next((known for pattern, known in self._patterns if pattern.fullmatch(path)), None)
        return sorted(self._methods[found]) if found else []

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
    addresses = getattr(scope["app"].state, "addresses", None) if "app" in scope else None
    return addresses.allowed(scope["path"]) if addresses else []


def _takes(path: str, address: str) -> bool:
    parts, words = path.split("/"), address.split("/")
    fits = all(part == word or part.startswith("{") for part, word in zip(parts, words, strict=False))
    return path != address and len(parts) == len(words) and fits
