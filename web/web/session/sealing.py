"""What stands in the database is sealed with AES-256-GCM, by a key that the environment holds.

A sealed text is the key's id, a colon, twelve random bytes, and the ciphertext with its tag. It opens only for what it
was sealed for (`about`): a row's seal put into another row does not.
"""

import hmac
import json
import secrets
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE: Final = 12  # bytes


class Unsealable(Exception):
    """Sealed for something else, by a key that is no longer here, or not by us."""


class Seal:
    """`keys` are 32 bytes each, by id; `current` is what is sealed with."""

    def __init__(self, keys: Mapping[str, bytes], current: str) -> None:
        self._ciphers = {name: AESGCM(key) for name, key in keys.items()}
        self._current = current
        self._marking = hmac.digest(keys[current], b"marks", "sha256")

    def close(self, value: Any, about: bytes) -> bytes:
        """`value` is anything that JSON can hold."""
        nonce = secrets.token_bytes(_NONCE)
        ciphertext = self._ciphers[self._current].encrypt(nonce, json.dumps(value).encode(), about)
        return self._current.encode() + b":" + nonce + ciphertext

    def open(self, sealed: bytes, about: bytes) -> Any:
        """Raises Unsealable."""
        name, _, rest = sealed.partition(b":")
        cipher = self._ciphers.get(name.decode("ascii", "replace"))
        if cipher is None:
            raise Unsealable
        try:
            return json.loads(cipher.decrypt(rest[:_NONCE], rest[_NONCE:], about))
        except (InvalidTag, ValueError) as error:
            raise Unsealable from error

    def mark(self, *parts: str) -> str:
        """32 hexadecimal digits: the same for the same parts and key, and telling nothing of them."""
        return hmac.digest(self._marking, "\0".join(parts).encode(), "sha256").hex()[:32]


def digest(identifier: str) -> bytes:
    """What the database knows a cookie's random id by."""
    return sha256(identifier.encode()).digest()
