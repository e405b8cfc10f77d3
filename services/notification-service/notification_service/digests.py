"""Addresses that are counted and compared, and kept by nobody (0053)."""

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Self

from shared.events.notification import Channel


@dataclass(frozen=True, slots=True)
class Digests:
    """Keyed digests of addresses, 16 bytes: without the key nobody finds a number by trying them all."""

    secret: bytes = field(repr=False)

    @classmethod
    def keyed(cls, key: bytes) -> Self:
        """With a key of their own out of the one that references are made with."""
        return cls(hmac.digest(key, b"addresses", hashlib.sha256))

    def of(self, channel: Channel, address: str) -> bytes:
        text = f"{channel} {address.lower()}"
        return hmac.digest(self.secret, text.encode(), hashlib.sha256)[:16]
