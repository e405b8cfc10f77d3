"""Keys that other callers used and cursors that other callers were given, sent by whoever calls now (P14).

Every run writes down what was answered, in one file for all: acts that were done under an Idempotency-Key, and pages
that another page follows. Whoever calls later sends the same to the letter, in their own name. They must not be given
what was made for the other: no answer again, and on a page nothing that is not on their own pages.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx

_LARGEST: Final = 16_000  # bytes; a line is written at once, or two processes would write into each other's
_PAGES: Final = 30  # of one's own, 200 on each
_AFTER: Final = "cursor"
_NAME: Final = re.compile(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

# of a method and an address
Name = Callable[[str, str], str]
Headers = Callable[[str, str], Mapping[str, str]]


class GivenToAnother(AssertionError):
    """Something was answered to one caller that was made for another."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What one caller sent; with `key`, or with the cursor that they were given. `location` is what was made, `digest`
    of an answer that names something.
    """

    service: str
    caller: str
    method: str
    url: str
    body: str
    media_type: str
    key: str | None = None
    cursor: str | None = None
    location: str | None = None
    digest: str | None = None


class Borrowing:
    """`name` is who calls, `headers` are their own; each thing is borrowed once, `at_most` in all."""

    def __init__(
        self, file: Path, service: str, http: httpx.Client, name: Name, headers: Headers, at_most: int = 150
    ) -> None:
        self._file, self._service, self._http, self._name, self._headers = file, service, http, name, headers
        self._read, self._left = 0, at_most
        self._mine: Counter[tuple[str, str, str]] = Counter()
        self._waiting: list[Answered] = []
        self.statuses: Counter[str] = Counter()

    def remember(self, request: Any, response: Any) -> None:
        """Both as `requests` has them. A few of each operation and caller are enough."""
        media_type, key = str(request.headers.get("Content-Type", "")), request.headers.get("Idempotency-Key")
        cursor = _next_cursor(response)
        url, body = str(request.url), _text(request.body)
        caller = self._name(str(request.method), url)
        about = caller, f"{request.method} {_shape(url)}", "key" if key else "cursor"
        if not (200 <= response.status_code < 300 and (key or cursor)) or body is None or self._mine[about] >= 3:
            return
        self._mine[about] += 1
        location = dict(response.headers).get("location")
        location = location[0] if isinstance(location, list) else location
        answered = Answered(
            self._service,
            caller,
            str(request.method),
            url,
            body,
            media_type,
            _text(key) if key else None,
            cursor,
            location,
            _digest(response),
        )
        line = json.dumps(asdict(answered)).encode() + b"\n"
        if len(line) <= _LARGEST:
            with self._file.open("ab", buffering=0) as file:
                file.write(line)

    def try_next(self) -> None:
        """Raises GivenToAnother."""
        answered = self._next()
        if answered and answered.key:
            self._repeat(answered)
        elif answered:
            self._go_on(answered)

    def _next(self) -> Answered | None:
        if not self._waiting and self._left and self._file.exists():
            self._waiting = list(self._others())
        while self._waiting and self._left:
            answered = self._waiting.pop()
            if answered.caller != self._name(answered.method, answered.url):
                self._left -= 1
                return answered
        return None

    def _others(self) -> Iterator[Answered]:
        with self._file.open("rb") as file:
            file.seek(self._read)
            for line in file:
                if not line.endswith(b"\n"):
                    break
                self._read += len(line)
                answered = Answered(**json.loads(line))
                if answered.service == self._service:
                    yield answered

    def _repeat(self, answered: Answered) -> None:
        answer = self._send(answered, answered.url, {"Idempotency-Key": answered.key or ""})
        location = answer.headers.get("location")
        is_same = "idempotency-replayed" in answer.headers and answered.digest and _digest(answer) == answered.digest
        if is_same or (location and location == answered.location):
            raise self._given(answered, "what was answered under a key is answered again")

    def _go_on(self, answered: Answered) -> None:
        strange: set[str] = set()
        for _ in range(2):  # what is taken off between the two looks is nobody's: it is looked for once more
            answer = self._send(answered, _with(answered.url, answered.cursor))
            if answer.status_code != 200:
                return
            strange = set(_items(answer)) - self._own(answered)
            if not strange:
                return
        raise self._given(answered, f"the cursor shows {len(strange)} that are not on their own pages")

    def _given(self, answered: Answered, what: str) -> GivenToAnother:
        caller = self._name(answered.method, answered.url)
        return GivenToAnother(f"{answered.method} {_shape(answered.url)}, of {answered.caller} to {caller}: {what}")

    def _own(self, answered: Answered) -> set[str]:
        """All that the caller sees by themselves."""
        own: set[str] = set()
        cursor: str | None = None
        for _ in range(_PAGES):
            answer = self._send(answered, _with(answered.url, cursor, limit="200"))
            own |= set(_items(answer))
            cursor = _next_cursor(answer)
            if cursor is None:
                break
        return own

    def _send(self, answered: Answered, url: str, more: Mapping[str, str] | None = None) -> httpx.Response:
        headers = {"Content-Type": answered.media_type} if answered.media_type else {}
        headers |= {**(more or {}), **self._headers(answered.method, url)}
        answer = self._http.request(answered.method, url, content=answered.body.encode(), headers=headers)
        self.statuses[str(answer.status_code)] += 1
        return answer


def _text(value: Any) -> str | None:
    """None for what is no text: it is not borrowed."""
    if value is None:
        return ""
    try:
        return value.decode() if isinstance(value, bytes) else str(value)
    except UnicodeDecodeError:
        return None


def _digest(answer: Any) -> str | None:
    """None when it names nothing: then two callers may rightly be told the same."""
    return hashlib.sha256(answer.content).hexdigest() if _NAME.search(answer.content) else None


def _with(url: str, cursor: str | None, **query: str) -> str:
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name not in (_AFTER, *query)]
    more = [*query.items(), *([(_AFTER, cursor)] if cursor else [])]
    return parts._replace(query=urlencode([*kept, *more])).geturl()


def _shape(url: str) -> str:
    """The address without what comes after the question mark."""
    return urlsplit(url).path


def _page(answer: Any) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _next_cursor(answer: Any) -> str | None:
    cursor = _page(answer).get("nextCursor")
    return cursor if isinstance(cursor, str) else None


def _items(answer: Any) -> Iterator[str]:
    """What tells them apart: what is said of one may change between two looks."""
    items = _page(answer).get("items")
    for item in items if isinstance(items, list) else []:
        if isinstance(item, dict):
            ids = {name: value for name, value in item.items() if name == "id" or name.endswith("Id")}
            yield json.dumps(ids or item, sort_keys=True)
