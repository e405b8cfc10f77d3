"""Tokens of the sandbox, bound to a key of our own, and a proof for each request (RFC 9449), on `requests`."""

import hashlib
import time
from base64 import urlsafe_b64encode
from typing import Any
from uuid import uuid4

import requests
from joserfc import jwt
from joserfc.jwk import ECKey
from steps import told

PHYSICIAN = {"userClaimsParameters": {"hprNumber": "990000101"}}
SCOPES = "nhn:verktoyformidler/prescribe nhn:verktoyformidler/read"


class Proof(requests.auth.AuthBase):
    """The token and its proof in the headers of a request, which is all that DPoP asks of a client."""

    def __init__(self, audience: str = "nhn:verktoyformidler", scope: str = SCOPES, **wanted: Any) -> None:
        self.key = ECKey.generate_key("P-256")
        asked = {"audience": audience, "scope": scope, "jkt": self.key.thumbprint(), **(wanted or PHYSICIAN)}
        self.token = test_token(**asked)

    def headers(self, method: str, url: str) -> dict[str, str]:
        ath = urlsafe_b64encode(hashlib.sha256(self.token.encode()).digest()).rstrip(b"=").decode()
        address = url.partition("?")[0]
        claims = {"jti": str(uuid4()), "htm": method, "htu": address, "iat": int(time.time()), "ath": ath}
        header = {"alg": "ES256", "typ": "dpop+jwt", "jwk": self.key.as_dict(private=False)}
        proof = jwt.encode(header, claims, self.key, algorithms=["ES256"])
        return {"Authorization": f"DPoP {self.token}", "DPoP": proof}

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(self.headers(str(request.method), str(request.url)))
        return request


def test_token(**asked: Any) -> str:
    answer = requests.post(f"{told('SANDBOX_URL')}/test-token", json=asked, timeout=30)
    answer.raise_for_status()
    return str(answer.json()["access_token"])
