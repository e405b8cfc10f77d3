"""Loaded by schemathesis: who calls, with a fresh proof for each call, and how many calls there were.

FUZZ_CALLER is a kind of caller, or `rightful` for whom each operation is for; FUZZ_SERVICE the service that is called;
FUZZ_SANDBOX the issuer's address; FUZZ_THINNED is set for the short form; FUZZ_CALLS_FILE is where the calls are
counted, by status and by operation, beside the names of the checks; FUZZ_ANSWERED_FILE is where all runs write what
others may borrow, FUZZ_SEED what campaigns are made up from, and FUZZ_ADDRESS where the service is.
"""

import atexit
import json
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx
import requests
import schemathesis
from schemathesis.checks import CHECKS

from sandbox.services import SERVICES
from tools.access.operations import operations
from tools.access.scenes.examples import CONTRACTS
from tools.fuzz.borrowing import Borrowing
from tools.fuzz.lettering import Lettering
from tools.local.callers import KINDS, NOBODY, Callers, Kind

_CALLER = os.environ["FUZZ_CALLER"]
_SERVICE = next(service for service in SERVICES if service.name == os.environ["FUZZ_SERVICE"])
_RIGHTFUL = [
    (re.compile(re.sub(r"{\w+}", "[^/]*", it.path)), it.method, it.rightful)
    for it in sorted(operations(CONTRACTS), key=lambda it: it.path.count("{"))
    if it.service == _SERVICE
]
_LONGEST_QUERY: Final = 30_000
_WHOLE: Final = 12  # of an operation's calls, before they are thinned
_EVERY: Final = 8
_LINES: Final = ("application/x-ndjson", "text/csv")
_offered: Counter[str] = Counter()
_statuses: Counter[str] = Counter()
_operations: Counter[str] = Counter()


class Signed(requests.auth.AuthBase):
    """The headers are made from the request as it goes out."""

    def __init__(self, callers: Callers) -> None:
        self._callers = callers

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        method, url = str(request.method), str(request.url)
        request.headers.update(self._callers.headers(_kind(method, url), _SERVICE.audience, method, url))
        return request


def _kind(method: str, url: str) -> Kind:
    return KINDS[_CALLER] if _CALLER in KINDS else _rightful(method, urlsplit(url).path)


def _rightful(method: str, path: str) -> Kind:
    """For a method that the address does not have, whom one of its others is for."""
    found = {known: kind for pattern, known, kind in _RIGHTFUL if pattern.fullmatch(path)}
    name = found.get(method) or next(iter(found.values()), "none")
    return KINDS.get(name, NOBODY)


def _kind_name(method: str, url: str) -> str:
    return _kind(method, url).name


def _own_headers(method: str, url: str) -> dict[str, str]:
    return _callers.headers(_kind(method, url), _SERVICE.audience, method, url)


_http = httpx.Client(timeout=30)
_callers = Callers(_http, os.environ["FUZZ_SANDBOX"])
_borrowing = Borrowing(Path(os.environ["FUZZ_ANSWERED_FILE"]), _SERVICE.name, _http, _kind_name, _own_headers)
_seed = int(os.environ["FUZZ_SEED"])
_lettering = Lettering(_http, os.environ["FUZZ_ADDRESS"], _own_headers, _seed)
schemathesis.auth.set_from_requests(Signed(_callers))  # type: ignore[attr-defined]  # set on the function


@schemathesis.serializer(*_LINES)
def as_it_is(_context: Any, value: Any) -> bytes:
    """The contract describes lines as a text."""
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")


@schemathesis.hook
def filter_case(_context: Any, case: Any) -> bool:
    """An address of over 64 kB is refused by uvicorn itself, in its own words, before anything of ours is asked. And
    lines are a text whatever they hold: there is no body of another type to refuse.
    """
    if case.media_type in _LINES and not isinstance(case.body, str):
        return False
    return len(urlencode(case.query or {})) < _LONGEST_QUERY and _is_kept(case.operation.label)


def _is_kept(operation: str) -> bool:
    """In the short form the first of each operation, and then one in eight."""
    _offered[operation] += 1
    return "FUZZ_THINNED" not in os.environ or _offered[operation] <= _WHOLE or _offered[operation] % _EVERY == 0


@schemathesis.hook
def after_call(_context: Any, case: Any, response: Any) -> None:
    _statuses[str(response.status_code)] += 1
    _operations[case.operation.label] += 1
    _borrowing.remember(response.request, response)


@schemathesis.check
def answers_are_not_given_to_others(_context: Any, _response: Any, _case: Any) -> None:
    _borrowing.try_next()


@schemathesis.check
def campaigns_hold_nothing_that_must_not_be_sent(_context: Any, _response: Any, case: Any) -> None:
    """Beside calls about campaigns, by whom these are for."""
    if _CALLER not in KINDS and case.operation.path.startswith("/v1/campaigns"):
        _lettering.try_next()


@atexit.register
def _write() -> None:
    checks = [check.__name__ for check in CHECKS.get_all()]
    statuses = _statuses + _borrowing.statuses + _lettering.statuses
    Path(os.environ["FUZZ_CALLS_FILE"]).write_text(
        json.dumps({"statuses": statuses, "operations": _operations, "checks": checks}), "utf-8"
    )
