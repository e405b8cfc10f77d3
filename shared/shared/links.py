"""The one rule for addresses that people write: what is checked is what is opened (decision 0054).

Programs read `http://a\\@b/` as two hosts: so an address is one that every program reads alike, or it is none: it is
read by one parser, that of the WHATWG URL Standard (as browsers have it), and what that parser made of it is compared,
asked and followed. Links in a text are found as phones and mail programs find them: without any `https://`.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final
from urllib.parse import urlencode, urljoin

from linkify_it import LinkifyIt
from linkify_it.tlds import TLDS
from pydantic_core import Url, ValidationError

from shared.input_errors import invalid_value
from shared.language import Text
from shared.plain_text import is_plain

LONGEST: Final = 2000
UNSAFE: Final[Text] = {
    "nb": "Teksten har en lenke der leseren ikke kan være sikker på hvor den fører.",
    "nn": "Teksten har ei lenkje der lesaren ikkje kan vere sikker på kvar ho fører.",
    "en": "The text holds a link whose host a reader cannot be sure of.",
}
MOST: Final = 200
_WRITTEN: Final = re.compile(r"https?://(?P<host>\[[0-9a-f:.]+\]|[^/?#:]+)(?P<port>:[0-9]{1,5})?(?:[/?#]\S*)?", re.I)
# Letters, digits and hyphen, and the letters that Norid lets a domain name have beside them: others look like these
_LABEL: Final = re.compile(r"(?!-)[a-z0-9áàäčçđéèêŋńñóòôöšŧüžæøå-]+(?<!-)")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_OWN_NET: Final = frozenset({"localhost", "local", "internal", "lan", "arpa"})  # RFC 6761, RFC 6762, ICANN 2024

# Without any of these there is nothing for a finder to find
_MAY_HOLD: Final = re.compile(r"[.:]\S|//|\\\\")
# What the finder leaves out, and some program makes a link of
_SCHEMES: Final = re.compile(
    r"\b(?:[a-z][a-z0-9+.-]{0,30}:(?://|\\\\)|https?:|(?:javascript|vbscript):|data:[a-z]+/)\S+"
    r"|(?<![\w.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}[:/]\S+",
    re.I,
)
_HOST: Final = re.compile(r"(?<![\w-])[\w-]++(?:\.[\w-]++)+")
_BACKSLASH: Final = re.compile(r"\\\S*")
_DOTS: Final = str.maketrans("\u3002", ".")  # NFKC makes the other full stops of the URL Standard one of the two


class LinkUnsafe(ValueError):
    """Not an address that every program reads alike, or not one for the web."""


_ASCII_TLDS: Final = frozenset(name.lower() for name in TLDS)
_TLDS: Final = _ASCII_TLDS | {name[4:].encode().decode("punycode") for name in _ASCII_TLDS if name.startswith("xn--")}
_FINDER: Final = LinkifyIt().tlds(sorted(_TLDS, reverse=True))


@dataclass(frozen=True, slots=True)
class Link:
    """`url` is the address as a browser has read it: what is asked and followed. `is_public` is false for numbers, and
    for names that mean something else on every network.
    """

    url: str
    scheme: str
    host: str
    port: int
    is_public: bool

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port


def parse_link(text: str) -> Link:
    """Raises LinkUnsafe: no http(s), user information, a backslash, a sign that is unseen, or a host whose letters can
    be taken for others.
    """
    written = _WRITTEN.fullmatch(text) if len(text) <= LONGEST else None
    if written is None or "\\" in text or not is_plain(text):
        raise LinkUnsafe("not an address that every program reads alike")
    try:
        url = Url(text)
    except ValidationError as error:
        raise LinkUnsafe("no address") from error
    host, shown = url.host or "", url.unicode_host() or ""
    if written["host"].lower() not in (host, shown) or not url.port or not _is_host(shown):
        raise LinkUnsafe("a host that can be taken for another")
    return Link(str(url), url.scheme, host, url.port, _is_public(host))


def parse_onward(link: Link, location: str) -> Link:
    """Where a redirect leads. Raises LinkUnsafe."""
    if "\\" in location or not is_plain(location) or len(location) > LONGEST:
        raise LinkUnsafe("not an address that every program reads alike")
    try:
        return parse_link(urljoin(link.url, location))
    except ValueError as error:
        raise LinkUnsafe("no address") from error


def with_query(link: Link, told: Mapping[str, str]) -> str:
    """`told` at the end of the query; what was there stays as it was."""
    address, mark, fragment = link.url.partition("#")
    return f"{address}{'&' if '?' in address else '?'}{urlencode(told)}{mark}{fragment}".replace("?&", "?", 1)


def find_links(text: str) -> list[str]:
    """Whatever a phone or a mail program may make a link of, each once, as it reads it; addresses of mail too.

    Raises LinkUnsafe where there may be more than MOST: the work grows with their square.
    """
    read = unicodedata.normalize("NFKC", text).translate(_DOTS)
    candidates = sum(1 for _ in islice(_MAY_HOLD.finditer(read), MOST + 1))
    if candidates > MOST:
        raise LinkUnsafe("more of them than anybody reads")
    return list(dict.fromkeys(_found(read))) if candidates else []


def unsafe_links(text: str) -> list[str]:
    """Those of find_links that a reader cannot know the host of. Raises LinkUnsafe as find_links does."""
    return [found for found in find_links(text) if not _is_safe(found)]


def has_safe_links(text: str) -> bool:
    """Whether every link in it, if there is any, leads where a reader sees that it leads."""
    try:
        return not unsafe_links(text)
    except LinkUnsafe:
        return False


def safe_links(text: str) -> str:
    """Raises PydanticCustomError `link-unsafe`."""
    if not has_safe_links(text):
        raise invalid_value("link_unsafe", UNSAFE)
    return text


def mail_host(found: str) -> str | None:
    """Of an address of mail, as find_links finds it; None for anything else. Raises LinkUnsafe."""
    name, at, host = found.removeprefix("mailto:").rpartition("@")
    if not at or re.search(r"[:/\\?#@]", name):
        return None
    return parse_link(f"https://{host}").host


def _is_safe(found: str) -> bool:
    try:
        if mail_host(found):
            return True
        return parse_link(found if ":" in found.split("/")[0] and "//" in found else f"https://{found}").is_public
    except LinkUnsafe:
        return False


def _found(read: str) -> Iterator[str]:
    rest, after = [], 0
    for match in _FINDER.match(read) or []:
        more = _BACKSLASH.match(read, match.last_index)  # some programs end a host there, and others do not
        end = more.end() if more else match.last_index
        yield read[match.index : end]
        rest.append(read[after : match.index])
        after = max(after, end)
    left = " ".join([*rest, read[after:]])
    yield from (found.rstrip(".,;:!?") for found in _SCHEMES.findall(left))
    yield from (found for found in _HOST.findall(left) if found.rpartition(".")[2].lower() in _TLDS)


def _is_host(shown: str) -> bool:
    return shown.startswith("[") or all(_LABEL.fullmatch(label) for label in shown.split("."))


def _is_public(host: str) -> bool:
    last = host.rpartition(".")[2]
    return "." in host and not host.startswith("[") and last not in _OWN_NET and not _NUMBER.fullmatch(last)
