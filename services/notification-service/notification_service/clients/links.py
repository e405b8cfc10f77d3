"""Does an address answer? For links that are about to be sent to thousands (V6).

Only origins on the list are asked, at every hop of a redirect: what is written in a text must not make this service
call whatever its author likes.
"""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Final, Literal
from urllib.parse import urljoin, urlsplit

import httpx

TIMEOUT: Final = 5.0  # seconds for one answer
_MOST_REDIRECTS: Final = 3

Verdict = Literal["link-not-allowed", "link-dead"]


class LinkChecker:
    """`origins` are scheme, host and port: `https://www.helsenorge.no`. `http` belongs to whoever made it."""

    def __init__(self, http: httpx.AsyncClient, origins: Iterable[str]) -> None:
        self._http = http
        self._origins = {_origin(origin) for origin in origins}

    async def check(self, links: Iterable[str]) -> Mapping[str, Verdict]:
        """What is wrong, by link; links that answer are left out."""
        asked = list(links)
        verdicts = await asyncio.gather(*(self._check(link) for link in asked))
        return {link: verdict for link, verdict in zip(asked, verdicts, strict=True) if verdict}

    async def _check(self, link: str) -> Verdict | None:
        if not self._allowed(link):
            return "link-not-allowed"
        for _ in range(_MOST_REDIRECTS + 1):
            answers, onward = await self._ask(link)
            if answers:
                return None
            if onward is None or not self._allowed(onward):
                return "link-dead"
            link = onward
        return "link-dead"

    async def _ask(self, link: str) -> tuple[bool, str | None]:
        """Whether it answers, and where it leads on to when it does not. What it answers with is not read."""
        try:
            async with asyncio.timeout(TIMEOUT), self._http.stream("GET", link, timeout=TIMEOUT) as answer:
                onward = urljoin(link, str(answer.headers["location"])) if answer.has_redirect_location else None
                return answer.is_success, onward
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError):
            return False, None

    def _allowed(self, link: str) -> bool:
        return _origin(link) in self._origins


def _origin(link: str) -> tuple[str, str, int | None]:
    """Empty where there is none. What is before an @ is no part of it."""
    try:
        parts = urlsplit(link)
        scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
        return scheme, host, parts.port or {"https": 443, "http": 80}.get(scheme)
    except ValueError:
        return "", "", None
