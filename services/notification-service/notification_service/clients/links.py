"""Does an address answer? For links that are about to be sent to thousands (V6).

Only origins on the list are asked, at every hop of a redirect: what is written in a text must not make this service
call whatever its author likes.
"""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Final, Literal

import httpx

from shared.links import Link, LinkUnsafe, mail_host, parse_link, parse_onward

TIMEOUT: Final = 5.0  # seconds for one answer
_MOST_REDIRECTS: Final = 3

Verdict = Literal["link-not-allowed", "link-dead"]


class LinkChecker:
    """`origins` are scheme, host and port: `https://www.helsenorge.no`. `http` belongs to whoever made it.

    Raises LinkUnsafe for an origin that is none.
    """

    def __init__(self, http: httpx.AsyncClient, origins: Iterable[str]) -> None:
        self._http = http
        allowed = [parse_link(origin) for origin in origins]
        self._origins = {link.origin for link in allowed}
        self._mail_hosts = {link.host.removeprefix("www.") for link in allowed}

    async def check(self, links: Iterable[str]) -> Mapping[str, Verdict]:
        """What is wrong, by link as it was found in a text; links that answer are left out."""
        asked = list(links)
        verdicts = await asyncio.gather(*(self._check(link) for link in asked))
        return {link: verdict for link, verdict in zip(asked, verdicts, strict=True) if verdict}

    async def _check(self, found: str) -> Verdict | None:
        """A link is written whole: what a phone makes of a bare name is not ours to know."""
        try:
            if host := mail_host(found):
                return None if host in self._mail_hosts else "link-not-allowed"
            link = parse_link(found)
        except LinkUnsafe:
            return "link-not-allowed"
        if link.origin not in self._origins:
            return "link-not-allowed"
        return None if await self._leads_somewhere(link) else "link-dead"

    async def _leads_somewhere(self, link: Link) -> bool:
        for _ in range(_MOST_REDIRECTS + 1):
            answers, location = await self._ask(link)
            if answers or location is None:
                return answers
            try:
                link = parse_onward(link, location)
            except LinkUnsafe:
                return False
            if link.origin not in self._origins:
                return False
        return False

    async def _ask(self, link: Link) -> tuple[bool, str | None]:
        """Whether it answers, and where it leads on to when it does not. What it answers with is not read."""
        try:
            async with asyncio.timeout(TIMEOUT), self._http.stream("GET", link.url, timeout=TIMEOUT) as answer:
                return answer.is_success, answer.headers["location"] if answer.has_redirect_location else None
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError):
            return False, None
