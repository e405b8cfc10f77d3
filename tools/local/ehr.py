"""Systems as API clients: a token bound to a key of their own, and a proof for each call (RFC 9449)."""

import hashlib
import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any
from uuid import uuid4

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey

SCOPES = "nhn:verktoyformidler/prescribe nhn:verktoyformidler/read"


class ApiClient:
    """Calls one API with one token."""

    def __init__(self, http: httpx.AsyncClient, sandbox_url: str, api_url: str) -> None:
        self._http = http
        self._sandbox_url = sandbox_url
        self._api_url = api_url
        self._key = ECKey.generate_key("P-256")
        self._token = ""
        self._ahead = 0.0

    async def take_token(self, audience: str, scope: str, **wanted: dict[str, str]) -> dict[str, Any]:
        """A HelseID token from the sandbox's test-token service, `wanted` as its API names it. Returns its claims."""
        body = {"audience": audience, "scope": scope, "jkt": self._key.thumbprint()} | wanted
        answer = await self._http.post(f"{self._sandbox_url}/test-token", json=body)
        answer.raise_for_status()
        self._token = answer.json()["access_token"]
        claims = jwt_claims(self._token)
        # a sandbox's time can be moved, and a proof must be of the time that its reader has
        self._ahead = claims["iat"] - time.time()
        return claims

    async def get(self, path: str, **parameters: str) -> httpx.Response:
        headers = self._headers("GET", path)
        return await self._http.get(self._api_url + path, params=parameters, headers=headers)

    async def post(self, path: str, body: dict[str, Any], **headers: str) -> httpx.Response:
        return await self._http.post(self._api_url + path, json=body, headers=self._headers("POST", path) | headers)

    async def request(self, method: str, path: str, **request: Any) -> httpx.Response:
        """As httpx's `request` takes it."""
        headers = self._headers(method, path.partition("?")[0]) | request.pop("headers", {})
        return await self._http.request(method, self._api_url + path, headers=headers, **request)

    async def upload(self, path: str, content: bytes, media_type: str) -> httpx.Response:
        headers = self._headers("POST", path) | {"Content-Type": media_type}
        return await self._http.post(self._api_url + path, content=content, headers=headers)

    def _headers(self, method: str, path: str) -> dict[str, str]:
        digest = hashlib.sha256(self._token.encode()).digest()
        claims = {
            "jti": str(uuid4()),
            "htm": method,
            "htu": self._api_url + path,
            "iat": int(time.time() + self._ahead),
            "ath": urlsafe_b64encode(digest).rstrip(b"=").decode(),
        }
        header = {"alg": "ES256", "typ": "dpop+jwt", "jwk": self._key.as_dict(private=False)}
        proof = jwt.encode(header, claims, self._key, algorithms=["ES256"])
        return {"Authorization": f"DPoP {self._token}", "DPoP": proof, "nhn-source-system": "Demo-EPJ 1.0"}


class Ehr(ApiClient):
    """A record system: calls prescription-api for one practitioner."""

    async def log_in(self, hpr_number: str) -> dict[str, Any]:
        """Returns the claims of the practitioner's token."""
        return await self.take_token("nhn:verktoyformidler", SCOPES, userClaimsParameters={"hprNumber": hpr_number})


def jwt_claims(token: str) -> dict[str, Any]:
    """What a token says, unverified: to show it, not to trust it."""
    body = token.split(".")[1]
    claims: dict[str, Any] = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return claims
