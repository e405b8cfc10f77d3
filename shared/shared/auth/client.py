"""Our own tokens from HelseID: client credentials with private_key_jwt and DPoP (RFC 7523, RFC 9449).

Profile: HelseID's security profile; the assertion's audience is the issuer and its life is short.
"""

import asyncio
import hashlib
import json
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from uuid import uuid4

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, JWKRegistry, RSAKey

from shared.correlation import outgoing_headers
from shared.settings import CallingServiceSettings

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_RENEW_BEFORE = 60.0


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    digest: str
    renew_at: float


class HelseIdClient:
    """A token for one scope, renewed a minute before it ends, and a proof for each call."""

    def __init__(self, http: httpx.AsyncClient, issuer: str, client_id: str, key_file: Path, *, timeout: float) -> None:
        self._http = http
        self._issuer = issuer
        self._client_id = client_id
        self._key_file = key_file
        self._timeout = timeout
        self._proof_key = ECKey.generate_key("P-256")
        self._tokens: dict[str, _Token] = {}
        self._lock = asyncio.Lock()
        self._token_endpoint: str | None = None

    @classmethod
    def from_settings(cls, settings: CallingServiceSettings, http: httpx.AsyncClient, *, timeout: float) -> Self:
        return cls(http, settings.issuer, settings.helseid_client_id, settings.helseid_client_key_file, timeout=timeout)

    async def headers(self, scope: str, method: str, url: str) -> dict[str, str]:
        """The Authorization and DPoP headers of one call. Raises httpx.HTTPError when HelseID does not answer
        properly.
        """
        token = await self._token(scope)
        return {"Authorization": f"DPoP {token.value}", "DPoP": self._proof(method, url, ath=token.digest)}

    async def _token(self, scope: str) -> _Token:
        async with self._lock:
            token = self._tokens.get(scope)
            if token is None or token.renew_at < time.monotonic():
                token = self._tokens[scope] = await self._fetch(scope)
            return token

    def forget(self, scope: str) -> None:
        """After a refusal: the next call fetches a new token."""
        self._tokens.pop(scope, None)

    async def _fetch(self, scope: str) -> _Token:
        endpoint = await self._discover()
        form = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_assertion_type": _ASSERTION_TYPE,
            "client_assertion": self._assertion(),
            "scope": scope,
        }
        headers = outgoing_headers() | {"DPoP": self._proof("POST", endpoint)}
        response = await self._http.post(endpoint, data=form, headers=headers, timeout=self._timeout)
        response.raise_for_status()
        answer = response.json()
        digest = urlsafe_b64encode(hashlib.sha256(answer["access_token"].encode()).digest()).rstrip(b"=").decode()
        return _Token(answer["access_token"], digest, time.monotonic() + answer["expires_in"] - _RENEW_BEFORE)

    async def _discover(self) -> str:
        if self._token_endpoint is None:
            url = f"{self._issuer}/.well-known/openid-configuration"
            response = await self._http.get(url, timeout=self._timeout)
            response.raise_for_status()
            self._token_endpoint = str(response.json()["token_endpoint"])
        return self._token_endpoint

    def _assertion(self) -> str:
        key = JWKRegistry.import_key(json.loads(self._key_file.read_text()))
        now = int(time.time())
        claims = {
            "iss": self._client_id,
            "sub": self._client_id,
            "aud": self._issuer,
            "iat": now,
            "nbf": now,
            "exp": now + 10,
            "jti": str(uuid4()),
        }
        algorithm = "PS256" if isinstance(key, RSAKey) else "ES256"
        header = {"alg": algorithm, "typ": "client-authentication+jwt", "kid": key.kid or key.thumbprint()}
        return jwt.encode(header, claims, key, algorithms=[algorithm])

    def _proof(self, method: str, url: str, ath: str | None = None) -> str:
        header = {"alg": "ES256", "typ": "dpop+jwt", "jwk": self._proof_key.as_dict(private=False)}
        claims = {"jti": str(uuid4()), "htm": method, "htu": url, "iat": int(time.time())}
        return jwt.encode(header, claims | ({"ath": ath} if ath else {}), self._proof_key, algorithms=["ES256"])
