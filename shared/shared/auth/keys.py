"""The issuer's signing keys: found through its discovery document, kept for a day, fetched again for an unknown key id.

Keys that are known go on working while the issuer is away.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import httpx
import structlog
from joserfc.jwk import RSAKey

from shared.auth.errors import IssuerUnavailable

KEPT_SECONDS: Final = 24 * 3600
PAUSE_SECONDS: Final = 60  # between fetches for key ids that nobody knows: anyone can make one up
RETRY_SECONDS: Final = 2  # between fetches while there is no key at all
_TIMEOUT: Final = 5.0
SHORTEST_MODULUS: Final = 342  # base64 characters of 2048 bits

_logger = structlog.get_logger(__name__)


class DiscoveryFailed(Exception):
    """The issuer answered with something that is no discovery document or key set of its own."""


class IssuerKeys:
    """RSA keys for RS256 by key id. `generation` goes up when the set has changed."""

    def __init__(self, issuer: str, client: httpx.AsyncClient, clock: Callable[[], datetime]) -> None:
        self.issuer = issuer
        self.generation = 0
        self._client = client
        self._clock = clock
        self._keys: dict[str, RSAKey] = {}
        self._fetched_at = self._tried_at = float("-inf")
        self._fetching: asyncio.Task[None] | None = None

    async def get(self, key_id: str) -> RSAKey | None:
        """None for a key id that the issuer does not know. Raises `IssuerUnavailable` when no key is known at all."""
        age = self._now() - self._fetched_at
        if key_id in self._keys:
            if age > KEPT_SECONDS and self._may_fetch():
                self._fetch()  # meanwhile the known key does
            return self._keys[key_id]
        if self._fetching or self._may_fetch():
            await asyncio.shield(self._fetch())
        if not self._keys:
            raise IssuerUnavailable(retry_after=RETRY_SECONDS)
        return self._keys.get(key_id)

    def _now(self) -> float:
        return self._clock().timestamp()

    def _may_fetch(self) -> bool:
        return self._now() - self._tried_at >= (PAUSE_SECONDS if self._keys else RETRY_SECONDS)

    def _fetch(self) -> asyncio.Task[None]:
        """One fetch at a time, shared by all who wait for it."""
        if self._fetching is None:
            self._tried_at = self._now()
            self._fetching = asyncio.create_task(self._refresh())
            self._fetching.add_done_callback(self._done)
        return self._fetching

    def _done(self, _task: asyncio.Task[None]) -> None:
        self._fetching = None

    async def close(self) -> None:
        if self._fetching:
            self._fetching.cancel()

    async def _refresh(self) -> None:
        try:
            document = await self._document(f"{self.issuer}/.well-known/openid-configuration")
            if document.get("issuer") != self.issuer:
                raise DiscoveryFailed("the discovery document names another issuer")
            self._replace(_usable_keys(await self._document(_jwks_uri(document, self.issuer))))
        except Exception as error:  # whatever the issuer answers, requests with known keys go on
            _logger.warning("issuer_keys_not_fetched", issuer=self.issuer, keys=len(self._keys), exc_info=error)

    async def _document(self, url: str) -> dict[str, Any]:
        response = await self._client.get(url, headers={"Accept": "application/json"}, timeout=_TIMEOUT)
        document = response.raise_for_status().json()
        if not isinstance(document, dict):
            raise DiscoveryFailed("not a JSON object")
        return document

    def _replace(self, keys: dict[str, RSAKey]) -> None:
        if not keys:
            raise DiscoveryFailed("no usable key")
        self._fetched_at = self._now()
        if {k: v.thumbprint() for k, v in keys.items()} != {k: v.thumbprint() for k, v in self._keys.items()}:
            self._keys = keys
            self.generation += 1


def _jwks_uri(document: dict[str, Any], issuer: str) -> str:
    uri = document.get("jwks_uri")
    if not isinstance(uri, str) or (issuer.startswith("https://") and not uri.startswith("https://")):
        raise DiscoveryFailed("no jwks_uri over TLS")
    return uri


def _usable_keys(key_set: dict[str, Any]) -> dict[str, RSAKey]:
    entries = key_set.get("keys")
    if not isinstance(entries, list):
        raise DiscoveryFailed("no list of keys")
    imported = {entry["kid"]: _imported(entry) for entry in entries if isinstance(entry, dict) and _is_for_rs256(entry)}
    return {key_id: key for key_id, key in imported.items() if key}


def _is_for_rs256(entry: dict[str, Any]) -> bool:
    """One key, one algorithm: a key for encryption, or for another algorithm, never verifies a token."""
    return (
        entry.get("kty") == "RSA"
        and entry.get("use", "sig") == "sig"
        and entry.get("alg", "RS256") == "RS256"
        and all(isinstance(entry.get(member), str) for member in ("kid", "n", "e"))
        and len(entry["n"]) >= SHORTEST_MODULUS
    )


def _imported(entry: dict[str, Any]) -> RSAKey | None:
    """A key that cannot be read is passed over (RFC 7517, section 5)."""
    try:
        return RSAKey.import_key({"kty": "RSA", "n": entry["n"], "e": entry["e"]})
    except Exception:
        return None
