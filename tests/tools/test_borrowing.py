"""What `make fuzz` finds of answers made for somebody else, on a service that gives them away and one that does not."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import requests

from tools.fuzz.borrowing import Borrowing, GivenToAnother

URL = "https://service.test/v1/things"


@dataclass
class Service:
    """Things of callers, three to a page. `whose` is what the service takes a key, or a cursor, to belong to."""

    whose: Callable[[str], str] = field(default=lambda caller: caller)
    shown: Callable[[str], str] = field(default=lambda caller: caller)
    answers: dict[tuple[str, str], str] = field(default_factory=dict)

    def handle(self, request: httpx.Request) -> httpx.Response:
        caller = request.headers["caller"]
        if request.method == "POST":
            scope = self.whose(caller), request.headers["idempotency-key"]
            again = {"Idempotency-Replayed": "true"} if scope in self.answers else {}
            made = self.answers.setdefault(scope, f"/v1/things/{uuid4()}")
            return httpx.Response(201, headers={"Location": made, **again}, json={"made": made})
        owner, start = json.loads(request.url.params.get("cursor", json.dumps([caller, 0])))
        end = start + 3
        items = [{"thingId": f"{self.shown(f'{owner} {caller}')} {n}"} for n in range(start, end)]
        return httpx.Response(200, json={"items": items, "nextCursor": json.dumps([owner, end]) if end < 9 else None})


def sound(both: str) -> str:
    return both.split()[1]


def of_whoever_was_given_the_cursor(both: str) -> str:
    return both.split()[0]


@pytest.fixture
def calls(tmp_path: Path) -> Any:
    """One call as one caller, who then borrows from those before."""

    def call(service: Service, caller: str, method: str, headers: dict[str, str]) -> Borrowing:
        http = httpx.Client(transport=httpx.MockTransport(service.handle))
        file = tmp_path / "answered.jsonl"
        borrowing = Borrowing(file, "a-service", http, lambda *_: caller, lambda *_: {"caller": caller})
        request = requests.Request(method, URL, headers=headers).prepare()
        answer = http.request(method, URL, headers={"caller": caller, **headers})
        borrowing.remember(request, answer)
        return borrowing

    return call


@pytest.mark.parametrize(("method", "headers"), [("POST", {"Idempotency-Key": "k"}), ("GET", {})])
def test_what_belongs_to_its_caller_is_no_finding(calls: Any, method: str, headers: dict[str, str]) -> None:
    service = Service(shown=sound)
    calls(service, "one", method, headers)
    other = calls(service, "other", method, headers)
    other.try_next()
    assert other.statuses.total() >= 1
    other.try_next()
    assert other.statuses.total() <= 5, "each is borrowed once"


def test_an_answer_that_is_given_again_to_another_is_found(calls: Any) -> None:
    service = Service(whose=lambda _: "the client")
    calls(service, "one", "POST", {"Idempotency-Key": "k"})
    other = calls(service, "other", "GET", {})
    with pytest.raises(GivenToAnother, match="POST /v1/things, of one to other"):
        other.try_next()


def test_a_cursor_that_shows_what_another_has_is_found(calls: Any) -> None:
    service = Service(shown=of_whoever_was_given_the_cursor)
    calls(service, "one", "GET", {})
    other = calls(service, "other", "POST", {"Idempotency-Key": "k"})
    with pytest.raises(GivenToAnother, match="3 that are not on their own pages"):
        other.try_next()


def test_nobody_borrows_from_themselves(calls: Any) -> None:
    service = Service(whose=lambda _: "the client")
    calls(service, "one", "POST", {"Idempotency-Key": "k"})
    one = calls(service, "one", "POST", {"Idempotency-Key": "k"})
    one.try_next()
    assert one.statuses.total() == 0
