"""Our own tokens from HelseID: client credentials with private_key_jwt and DPoP (RFC 7523, RFC 9449).

Profile: HelseID's security profile; the assertion's audience is the issuer and its life is short. HelseID asks for a
nonce in the proof at its token endpoint (RFC 9449, section 8).
"""

import asyncio
import hashlib
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Self
from uuid import uuid4

import httpx
import structlog
from joserfc import jwt
from joserfc.jwk import ECKey, JWKRegistry, RSAKey
from pydantic import BaseModel, ConfigDict, Field, HttpUrl

from shared.correlation import outgoing_headers
from shared.settings import CallingServiceSettings

_ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_RENEW_BEFORE: Final = 60.0
# a token that is still good is not waited for long when its successor does not come
_RENEWAL_PATIENCE: Final = 0.3
_RENEWAL_PAUSE: Final = 10.0

_logger = structlog.get_logger(__name__)


class _Discovery(BaseModel):
    model_config = ConfigDict(extra="ignore")

    token_endpoint: HttpUrl


class _TokenAnswer(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    access_token: Annotated[str, Field(pattern=r"^[\x21-\x7e]+$")]
    expires_in: Annotated[float, Field(gt=0)]


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    digest: str
    renew_at: float
    ends_at: float

    @classmethod
    def of(cls, answer: _TokenAnswer, now: float) -> "_Token":
        digest = urlsafe_b64encode(hashlib.sha256(answer.access_token.encode()).digest()).rstrip(b"=").decode()
        ends_at = now + answer.expires_in
        return cls(answer.access_token, digest, ends_at - min(_RENEW_BEFORE, answer.expires_in / 2), ends_at)


class HelseIdClient:
    """Calls to services that ask for our token: one for each scope, renewed a minute before it ends, and a proof for
    each call. `http` belongs to whoever made it; `timeout` is in seconds, for one request.
    """

    def __init__(self, http: httpx.AsyncClient, issuer: str, client_id: str, key_file: Path, *, timeout: float) -> None:
        self._http = http
        self._issuer = issuer
        self._client_id = client_id
        self._key_file = key_file
        self._timeout = timeout
        self._proof_key = ECKey.generate_key("P-256")
        self._tokens: dict[str, _Token] = {}
        self._renew_later: dict[str, float] = {}
        self._lock = asyncio.Lock()
        self._token_endpoint: str | None = None
        self._nonce: str | None = None

    @classmethod
    def from_settings(cls, settings: CallingServiceSettings, http: httpx.AsyncClient, *, timeout: float) -> Self:
        return cls(http, settings.issuer, settings.helseid_client_id, settings.helseid_client_key_file, timeout=timeout)

    async def get(self, url: str, scope: str, query: Mapping[str, str]) -> httpx.Response:
        """Raises as `headers` does."""
        return await self._call("GET", url, scope, params=query)

    async def post(self, url: str, scope: str, body: Mapping[str, Any]) -> httpx.Response:
        """Raises as `headers` does. `body` is sent as JSON, and must bear being sent twice."""
        return await self._call("POST", url, scope, json=body)

    async def _call(self, method: str, url: str, scope: str, **content: Any) -> httpx.Response:
        """Once more with a new token when ours is refused: the issuer may have changed its keys, or it its standing."""
        response = await self._call_once(method, url, scope, **content)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            self.forget(scope)
            response = await self._call_once(method, url, scope, **content)
        return response

    async def _call_once(self, method: str, url: str, scope: str, **content: Any) -> httpx.Response:
        headers = outgoing_headers() | await self.headers(scope, method, url)
        return await self._http.request(method, url, headers=headers, timeout=self._timeout, **content)

    async def headers(self, scope: str, method: str, url: str) -> dict[str, str]:
        """The Authorization and DPoP headers of one call. Raises httpx.HTTPError, TimeoutError or ValueError when
        HelseID does not answer properly.
        """
        token = await self._token(scope)
        return {"Authorization": f"DPoP {token.value}", "DPoP": self._proof(method, url, ath=token.digest)}

    async def _token(self, scope: str) -> _Token:
        async with self._lock:
            token, now = self._tokens.get(scope), time.monotonic()
            if token is None or token.ends_at <= now:
                token = self._tokens[scope] = await self._fetch(scope, self._timeout)
            elif max(token.renew_at, self._renew_later.get(scope, 0.0)) <= now:
                token = self._tokens[scope] = await self._renew(scope, token)
            return token

    async def _renew(self, scope: str, token: _Token) -> _Token:
        """The old one goes on while HelseID is away."""
        try:
            return await self._fetch(scope, _RENEWAL_PATIENCE)
        except (httpx.HTTPError, TimeoutError, ValueError) as error:
            _logger.warning("token_not_renewed", exc_info=error)
            self._renew_later[scope] = time.monotonic() + _RENEWAL_PAUSE
            return token

    def forget(self, scope: str) -> None:
        """After a refusal: the next call fetches a new token."""
        self._tokens.pop(scope, None)

    async def _fetch(self, scope: str, patience: float) -> _Token:
        """Within so many seconds altogether, however slowly the answers trickle in."""
        async with asyncio.timeout(patience):
            endpoint = await self._discover()
            try:
                response = await self._ask_for_token(endpoint, scope)
                response.raise_for_status()
                return _Token.of(_TokenAnswer.model_validate_json(response.content), time.monotonic())
            except (httpx.HTTPError, ValueError):
                self._token_endpoint = None  # it may have moved
                raise

    async def _ask_for_token(self, endpoint: str, scope: str) -> httpx.Response:
        response = await self._post(endpoint, scope)
        nonce = response.headers.get("DPoP-Nonce")
        if nonce and nonce != self._nonce:
            self._nonce = nonce
            if response.status_code in (400, 401):
                response = await self._post(endpoint, scope)
        return response

    async def _post(self, endpoint: str, scope: str) -> httpx.Response:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_assertion_type": _ASSERTION_TYPE,
            "client_assertion": self._assertion(),
            "scope": scope,
        }
        nonce = {"nonce": self._nonce} if self._nonce else {}
        headers = outgoing_headers() | {"DPoP": self._proof("POST", endpoint, **nonce)}
        return await self._http.post(endpoint, data=form, headers=headers, timeout=self._timeout)

    async def _discover(self) -> str:
        if self._token_endpoint is None:
            url = f"{self._issuer}/.well-known/openid-configuration"
            response = await self._http.get(url, timeout=self._timeout)
            response.raise_for_status()
            self._token_endpoint = str(_Discovery.model_validate_json(response.content).token_endpoint)
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

    def _proof(self, method: str, url: str, **bound: str) -> str:
        """`bound` are the claims that some proofs have: `ath` with a token, `nonce` for the token endpoint."""
        header = {"alg": "ES256", "typ": "dpop+jwt", "jwk": self._proof_key.as_dict(private=False)}
        claims = {"jti": str(uuid4()), "htm": method, "htu": url, "iat": int(time.time())}
        return jwt.encode(header, claims | bound, self._proof_key, algorithms=["ES256"])
