"""Campaigns whose texts hold what must never be sent: placeholders that are none, unseen signs, links (0047, 0054).

Each is made up of harmless words and one fault, at random from a seed, and checked as an author checks it. Whatever is
let through, answered with a fault of the server or answered late is told.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final

import httpx

_LONGEST: Final = 5.0  # seconds for a check, on a slow machine
_WORDS: Final = (
    "Hei!",
    "Du",
    "har",
    "fått",
    "et",
    "nytt",
    "brev.",
    "Logg",
    "inn",
    "for",
    "å",
    "lese",
    "det,",
    "takk",
    "✉",
)
_PLACEHOLDERS: Final = (
    *("{sender:>99}", "{pages_url:^9}", "{sender!r}", "{sender.name}", "{sender[0]}", "{0}", "{}", "{{sender}}"),
    *("{", "}", "{sender", "{unknown}", "{sender:{pages_url}}"),
)
_UNSEEN: Final = ("\u0007", "\u0085", "\u2028", "\u2029", "\u202e", "\u2066", "\u200b", "\u2060", "\u3164", "\ue000")
_LINKS: Final = (
    *("example.no/x", "blåbær.no", "xn--blbr-roah.no", "vindgap\u3002no", "ex\u0430mple.no", "https://a.no@b.no/"),
    *(
        "http://a\\@b/",
        "https://a.no\\.b.no/",
        "https:/a.no",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://a.no/x",
    ),
    *("10.0.0.1/x", "http://2130706433/", "http://[::1]/", "post@a.no", "http://{sender}.no/"),
)
_PARTS: Final = ("sms", "subject", "email")
# where, what, and one of the codes that say so
FAULTS: Final = (
    *((part, text, {"placeholder-unknown"}) for part in _PARTS for text in _PLACEHOLDERS),
    *((part, text, {"text-not-plain"}) for part in _PARTS for text in _UNSEEN),
    *(("subject", text, {"text-not-plain"}) for text in ("\n", "\r\n", "\t")),
    *((part, text, {"link-in-sms", "link-not-allowed"}) for part in _PARTS for text in _LINKS),
    *(("sender", text, {"link-in-sms", "link-not-allowed"}) for text in _LINKS if "{" not in text),
)

# of a method and an address
Headers = Callable[[str, str], Mapping[str, str]]


class LetThrough(AssertionError):
    """A campaign passed its check that never may, or was not answered as it should be."""


class Lettering:
    """`headers` are the caller's own; `address` is the service's. At most `at_most` campaigns are made."""

    def __init__(self, http: httpx.Client, address: str, headers: Headers, seed: int, at_most: int = 100) -> None:
        self._http, self._address, self._headers = http, address, headers
        self._random, self._left = random.Random(seed), at_most  # noqa: S311 - made up, not secret
        self.statuses: Counter[str] = Counter()

    def try_next(self) -> None:
        """Raises LetThrough."""
        if self._left == 0:
            return
        self._left -= 1
        part, fault, codes = self._random.choice(FAULTS)
        made = self._call("/v1/campaigns", self._campaign(part, fault))
        if made.status_code == 201:
            self._check(made.json()["campaignId"], part, fault, codes)
        elif made.status_code >= 500 or (part != "sender" and made.status_code == 422):
            raise LetThrough(f"{part} {fault!a}: {made.status_code} when it is made")

    def _check(self, campaign: str, part: str, fault: str, codes: set[str]) -> None:
        began = time.monotonic()
        checked = self._call(f"/v1/campaigns/{campaign}/check", None)
        took = time.monotonic() - began
        if checked.status_code != 200:
            if checked.status_code >= 500 and checked.status_code != 503:
                raise LetThrough(f"{part} {fault!a}: {checked.status_code}")
            return
        report = checked.json()["check"]
        found = {finding["code"] for finding in report["findings"]}
        if report["passed"] or not found & codes:
            raise LetThrough(f"{part} {fault!a}: passed {report['passed']} with {sorted(found)}")
        if took > _LONGEST:
            raise LetThrough(f"{part} {fault!a}: {took:.1f} seconds")

    def _campaign(self, part: str, fault: str) -> dict[str, Any]:
        texts = {
            language: {name: self._words(fault if name == part and language == "nn" else "") for name in _PARTS}
            for language in ("nb", "nn", "en")
        }
        name = f"Havgap {fault}" if part == "sender" else "Havgap universitet"
        return {
            "series": f"made-up-{self._random.randrange(10**9)}",
            "round": 1,
            "category": "research",
            "sender": {"name": name, "sensitive": False},
            "texts": texts,
        }

    def _words(self, fault: str) -> str:
        words = self._random.choices(_WORDS, k=6)
        return " ".join([*words[:3], fault, *words[3:], "fra {sender}"])

    def _call(self, path: str, body: Any) -> httpx.Response:
        url = self._address + path
        answer = self._http.post(url, json=body, headers=self._headers("POST", url))
        self.statuses[str(answer.status_code)] += 1
        return answer
