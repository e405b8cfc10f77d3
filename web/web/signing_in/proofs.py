"""Proofs of possession (RFC 9449) and our own assertions (RFC 7523)."""

import secrets
import time
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any, Final

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_SECONDS: Final = 30


def s256(text: str) -> str:
    return urlsafe_b64encode(sha256(text.encode()).digest()).rstrip(b"=").decode()


def new_key() -> dict[str, str]:
    """A private JWK for the proofs of one session."""
    return {name: str(value) for name, value in ECKey.generate_key("P-256").as_dict(private=True).items()}


def proof(key: dict[str, str], method: str, url: str, *, token: str | None = None, nonce: str | None = None) -> str:
    """The DPoP header of one request."""
    jwk = ECKey.import_key(dict[str, str | list[str]](key))
    claims: dict[str, Any] = {
        "jti": secrets.token_urlsafe(16),
        "htm": method,
        "htu": url.partition("?")[0],
        "iat": int(time.time()),
    }
    claims |= {"ath": s256(token)} if token else {}
    claims |= {"nonce": nonce} if nonce else {}
    return jwt.encode({"alg": "ES256", "typ": "dpop+jwt", "jwk": jwk.as_dict(private=False)}, claims, jwk)


def assertion(client_id: str, issuer: str, key: ECKey | RSAKey, algorithm: str) -> str:
    """Good once: its audience is the issuer, its life half a minute (HelseID's profile)."""
    now = int(time.time())
    header = {"alg": algorithm, "typ": "client-authentication+jwt", "kid": key.thumbprint()}
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": issuer,
        "jti": secrets.token_urlsafe(16),
        "iat": now,
        "nbf": now,
        "exp": now + _ASSERTION_SECONDS,
    }
    return jwt.encode(header, claims, key, algorithms=[algorithm])
