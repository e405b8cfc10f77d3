"""What the issuer says of itself (OpenID Connect Discovery 1.0), and its keys."""

import time
from typing import Annotated, Any, Final

import httpx
from joserfc.jwk import KeySet
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from web.signing_in.errors import IssuerAway

_KEPT_SECONDS: Final = 600.0
_KEYS_PAUSE: Final = 60.0
_ADDRESS = Annotated[str, StringConstraints(pattern=r"^https?://")]


class Metadata(BaseModel):
    model_config = ConfigDict(extra="ignore")

    issuer: str
    authorization_endpoint: _ADDRESS
    pushed_authorization_request_endpoint: _ADDRESS
    token_endpoint: _ADDRESS
    jwks_uri: _ADDRESS
    end_session_endpoint: _ADDRESS | None = None


class Issuer:
    """`url` is exactly as in its tokens. Asked when first needed, and again every ten minutes."""

    def __init__(self, http: httpx.AsyncClient, url: str) -> None:
        self.url = url
        self._http = http
        self._metadata: Metadata | None = None
        self._keys: KeySet | None = None
        self._asked_at = self._keys_at = -_KEPT_SECONDS

    async def metadata(self) -> Metadata:
        """Raises IssuerAway; but not while what is known is good."""
        if self._metadata is None or time.monotonic() > self._asked_at + _KEPT_SECONDS:
            found = await self._get(self.url.rstrip("/") + "/.well-known/openid-configuration")
            try:
                self._metadata = Metadata.model_validate(found)
            except ValidationError as error:
                raise IssuerAway from error
            if self._metadata.issuer != self.url:
                self._metadata = None
                raise IssuerAway
            self._asked_at = time.monotonic()
        return self._metadata

    async def keys(self, *, newest: bool = False) -> KeySet:
        """`newest`: asked again for a key that is not among them, at most once a minute."""
        known_for = time.monotonic() - self._keys_at
        if self._keys is None or known_for > _KEPT_SECONDS or (newest and known_for > _KEYS_PAUSE):
            document = await self._get((await self.metadata()).jwks_uri)
            try:
                self._keys = KeySet.import_key_set(document)
            except (ValueError, KeyError, TypeError) as error:
                raise IssuerAway from error
            self._keys_at = time.monotonic()
        return self._keys

    async def _get(self, url: str) -> Any:
        try:
            answer = await self._http.get(url)
            answer.raise_for_status()
            return answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise IssuerAway from error
