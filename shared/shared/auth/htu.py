"""Whether two addresses are the same resource (RFC 9449, section 4.3; normalised as in RFC 3986, section 6.2)."""

import re
from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def is_same(htu: str, address: str) -> bool:
    """`address` is the request's, without query; an `htu` with a query or a fragment is never the same."""
    if htu == address:
        return True
    normal = _normalised(htu)
    return normal is not None and normal == _normalised(address)


def _normalised(address: str) -> tuple[str, str, int | None, str] | None:
    """None for what is no http address on its own."""
    if "?" in address or "#" in address:
        return None
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or parts.username is not None:
        return None
    path = _ESCAPE.sub(_unescaped, parts.path) or "/"
    return parts.scheme, parts.hostname, port or _DEFAULT_PORTS[parts.scheme], path


def _unescaped(escape: re.Match[str]) -> str:
    """An escaped unreserved character is the character itself; other escapes differ at most in case."""
    character = chr(int(escape[1], 16))
    return character if character in _UNRESERVED else escape[0].upper()
