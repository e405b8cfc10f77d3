"""Public reads, answered from memory while the catalogue has not changed.

What a public GET answers somebody who does not say who they are depends on its path, its query, the language, and the
catalogue. So a ready answer is kept under the first three and thrown away when the fourth changes: every change has a
new sequence, and the newest one is asked for before an answer is used, at most once each `catalogue_check_seconds` (0.2
by default, never above 1). That holds on every replica, whichever of them made the change, and is how fresh an answer
is: a stopped tool is gone from all of them within that time (K4). The replica that made the change asks again at once.

Whoever shows a token is answered anew each time, and the answer is theirs alone: it may hold tools for their
organisation (K5).

While the database is away nothing is answered from memory either: a tool stopped meanwhile would live on.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any, Final, Self

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic_core import to_json
from starlette.datastructures import Headers

from catalog_api.queries import NOTHING, Stand, find_stand
from shared.db import Database
from shared.errors import InvalidInput
from shared.http import LONGEST_HEADER, entity_tag, etag_matches
from shared.input_errors import text_of
from shared.language import best_language

MAX_BYTES: Final = 32 * 1024 * 1024
# what an answer costs beside its body
_OVERHEAD: Final = 1024
_KEPT_HEADERS: Final = ("etag", "cache-control", "content-language", "vary")

# path, query as sent, language
Key = tuple[str, bytes, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """The entity tag is a digest of the body: the same on every replica."""

    body: bytes
    headers: dict[str, str]

    @classmethod
    def of(cls, content: Any, cache_control: str, language: str | None = None) -> Self:
        """`content` is JSON when it is bytes. `language` where it decides the texts."""
        body = content if isinstance(content, bytes) else to_json(content)
        headers = {"etag": entity_tag(body), "cache-control": cache_control, "vary": "Authorization"}
        if language is not None:
            headers |= {"content-language": language, "vary": "Authorization, Accept-Language"}
        return cls(body, headers)

    @classmethod
    def within(cls, response: Response) -> Self:
        return cls(
            bytes(response.body), {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
        )

    def of_one_reader(self) -> Self:
        """Not to be kept by anything between us and the reader."""
        return replace(self, headers=self.headers | {"cache-control": "private, no-cache"})

    def response(self, if_none_match: str | None = None) -> Response:
        """304 when the reader has it already (RFC 9110, 13.1.2)."""
        if if_none_match and etag_matches(if_none_match, self.headers["etag"]):
            return Response(status_code=304, headers=self.headers)
        return Response(self.body, headers=self.headers, media_type="application/json")


class Newest:
    """Where the catalogue stands, as of at most `seconds` ago and not before the last change made here."""

    def __init__(self, database: Database, seconds: float) -> None:
        self._database = database
        self._seconds = seconds
        self._stand = NOTHING
        self._asked_at = self._changed_at = float("-inf")
        self._asking = asyncio.Lock()

    async def stand(self) -> Stand:
        if not self._is_fresh():
            async with self._asking:
                if not self._is_fresh():  # another request may have asked while this one waited
                    await self._ask()
        return self._stand

    def _is_fresh(self) -> bool:
        return self._asked_at > max(time.monotonic() - self._seconds, self._changed_at)

    async def _ask(self) -> None:
        asked_at = time.monotonic()
        async with self._database.reader() as connection:
            self._stand = await find_stand(connection)
        self._asked_at = asked_at

    def changed(self) -> None:
        """After a commit in this process."""
        self._changed_at = time.monotonic()


class Answers:
    """The answers of one state of the catalogue; the least recently used go when there is no more room."""

    def __init__(self, newest: Newest, max_bytes: int = MAX_BYTES) -> None:
        self.newest = newest
        self._max_bytes = max_bytes
        self._kept: OrderedDict[Key, Answer] = OrderedDict()
        self._bytes = 0
        self._stand = NOTHING

    async def find(self, key: Key) -> tuple[Stand, Answer | None]:
        """Where the catalogue stands now, and the answer if there is one."""
        stand = await self.newest.stand()
        if stand != self._stand:
            self._kept.clear()
            self._bytes, self._stand = 0, stand
        if found := self._kept.get(key):
            self._kept.move_to_end(key)
        return stand, found

    def keep(self, stand: Stand, key: Key, answer: Answer) -> None:
        """`stand` as of before the answer was made: if the catalogue has changed since, the answer is not kept."""
        if stand != self._stand or key in self._kept:
            return
        self._kept[key] = answer
        self._bytes += len(answer.body) + _OVERHEAD
        while self._bytes > self._max_bytes:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= len(dropped.body) + _OVERHEAD


def _refuse_long(headers: Headers) -> None:
    """What is answered from memory has no parameters that would be looked at."""
    for name in ("If-None-Match", "Accept-Language"):
        if len(headers.get(name, "")) > LONGEST_HEADER:
            detail = text_of({"type": "string_too_long", "ctx": {"max_length": LONGEST_HEADER}})
            raise InvalidInput(errors=[{"pointer": f"/header/{name}", "code": "string-too-long", "detail": detail}])


class PublicRead(APIRoute):
    """A GET that answers everybody alike who shows no token. Its function makes the answer when none is ready; refusals
    are never kept.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        make = super().get_route_handler()

        async def handle(request: Request) -> Response:
            answers: Answers = request.app.state.answers
            headers, scope = request.headers, request.scope
            _refuse_long(headers)
            if "authorization" in headers:
                own = Answer.within(await make(request)).of_one_reader()
                return own.response(headers.get("if-none-match"))
            key = (scope["path"], scope["query_string"], best_language(headers.get("accept-language")))
            stand, ready = await answers.find(key)
            if ready is None:
                ready = Answer.within(await make(request))
                answers.keep(stand, key, ready)
            return ready.response(headers.get("if-none-match"))

        return handle
