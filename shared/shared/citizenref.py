"""Citizen references: the keyed pseudonym that stands for a person in every table, event and log line (I1).

HMAC-SHA-256 of the national identity number, its first 128 bits in base32, with the key's id in front: `k1-` and 26
characters. Without the key nobody can go from a reference back to a number, also not by trying every number there is.

A key that replaces another is used on what the other made: a reference under `k2` is the HMAC of the one under `k1`. So
what is stored can be moved from key to key without knowing whose it is, and whoever has the old key alone has nothing.
"""

import re
from collections.abc import Mapping
from typing import Final, Self

from cryptography.hazmat.primitives import hashes, hmac
from pydantic import SecretStr

from shared.nationalid import NationalId

KEY_BYTES: Final = 32
_KEY_ID: Final = re.compile(r"[a-z0-9]{1,8}")
_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS: Final = tuple(a + b for a in _ALPHABET for b in _ALPHABET)


class CitizenReferences:
    """Makes references. `keys` are in the order in which they replaced each other; `current` is the one in use, and
    those after it are not used yet.
    """

    def __init__(self, keys: Mapping[str, bytes], current: str) -> None:
        """Raises `ValueError` for an unknown current key, a key id that is not 1-8 of a-z 0-9, and a short key."""
        if current not in keys:
            raise ValueError("the current key is not among the keys")
        for key_id, key in keys.items():
            _require_sound(key_id, key)
        # a keyed context is copied for each number: a quarter of the cost of keying it anew
        contexts = {key_id: hmac.HMAC(key, hashes.SHA256()) for key_id, key in keys.items()}
        self._chain = tuple(contexts.items())[: list(keys).index(current) + 1]
        self._current = current
        self._places = {key_id: place for place, (key_id, _) in enumerate(self._chain)}
        older = "|".join(key_id for key_id, _ in self._chain[:-1])
        self._older = re.compile(rf"\b({older})-[a-z2-7]{{26}}\b") if older else None

    @classmethod
    def from_secrets(cls, keys: Mapping[str, SecretStr], current: str) -> Self:
        """The keys as settings hold them: their UTF-8 bytes are the key."""
        return cls({key_id: key.get_secret_value().encode() for key_id, key in keys.items()}, current)

    @property
    def older(self) -> str | None:
        """PostgreSQL's pattern of references under keys that were replaced; None when there are no such keys."""
        return self._older and self._older.pattern.replace(r"\b", r"\y")

    def of(self, national_id: NationalId) -> str:
        return self._under(national_id.reveal(), 0)

    def renew(self, text: str) -> str:
        """The text with every reference under an older key as it is under the current one."""
        return self._older.sub(self._moved, text) if self._older else text

    def _moved(self, found: re.Match[str]) -> str:
        return self._under(found[0], self._places[found[1]] + 1)

    def _under(self, made_of: str, place: int) -> str:
        """Under the current key, by all from this place in the chain on."""
        for key_id, keyed in self._chain[place:]:
            context = keyed.copy()
            context.update(made_of.encode())
            made_of = f"{key_id}-{_base32(context.finalize())}"
        return made_of

    def __repr__(self) -> str:
        return f"CitizenReferences(current={self._current!r})"


def _require_sound(key_id: str, key: bytes) -> None:
    if not _KEY_ID.fullmatch(key_id):
        raise ValueError("a key id is 1 to 8 characters of a-z and 0-9")
    if len(key) < KEY_BYTES:
        raise ValueError(f"the key {key_id} is shorter than {KEY_BYTES} bytes")


def _base32(digest: bytes) -> str:
    """The first 128 bits as 26 characters, as base64.b32encode would write them in lower case.

    Written out because 1,000 numbers come in one call: measured at a quarter of the library's time.
    """
    n = int.from_bytes(digest[:16], "big") << 2
    p = _PAIRS
    return (
        f"{p[n >> 120]}{p[n >> 110 & 1023]}{p[n >> 100 & 1023]}{p[n >> 90 & 1023]}{p[n >> 80 & 1023]}"
        f"{p[n >> 70 & 1023]}{p[n >> 60 & 1023]}{p[n >> 50 & 1023]}{p[n >> 40 & 1023]}{p[n >> 30 & 1023]}"
        f"{p[n >> 20 & 1023]}{p[n >> 10 & 1023]}{p[n & 1023]}"
    )
