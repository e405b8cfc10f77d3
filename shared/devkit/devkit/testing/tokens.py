"""An issuer of access tokens, and its clients as httpx sees them: right tokens, and wrong ones of every kind.

See `proofs` for who signs. Not for images that serve citizens.
"""

import hmac
import secrets
from collections.abc import Callable, Generator, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final

import httpx
from cryptography.hazmat.primitives.serialization import Encoding

from devkit.testing.national_ids import generate
from devkit.testing.proofs import Clock, ProofFault, ProofKey, Sign, SigningKey, changed, compact, utc_now

__all__ = [
    "DEFAULT_PID",
    "HELSEID",
    "HELSENORGE",
    "BearerAuth",
    "DPoPAuth",
    "Forgery",
    "Issuer",
    "ProofFault",
    "ProofKey",
    "SigningKey",
    "served_by",
]

LIFETIME_SECONDS: Final = 600
Answering = Callable[[httpx.Request], httpx.Response]
HELSEID: Final = "https://helseid-sts.test.nhn.no"
HELSENORGE: Final = "https://sts.helsenorge.test.nhn.no"
DEFAULT_PID: Final = generate(date(1980, 5, 17), 0)

PID: Final = "helseid://claims/identity/pid"
SECURITY_LEVEL: Final = "helseid://claims/identity/security_level"
HPR_NUMBER: Final = "helseid://claims/hpr/hpr_number"
ORGANISATION: Final = "helseid://claims/client/claims/orgnr_parent"
ORGANISATION_CHILD: Final = "helseid://claims/client/claims/orgnr_child"


class Forgery(StrEnum):
    """Ways to sign an access token that must not work."""

    OTHER_KEY = "other-key"
    NONE = "none"
    HMAC_WITH_PEM = "hmac-with-pem"
    HMAC_WITH_DER = "hmac-with-der"
    PS256 = "ps256"


_FORGED_ALGORITHMS: Final[dict[Forgery | None, str]] = {
    Forgery.NONE: "none",
    Forgery.HMAC_WITH_PEM: "HS256",
    Forgery.HMAC_WITH_DER: "HS256",
    Forgery.PS256: "PS256",
}


class Issuer:
    """An issuer of access tokens with one RSA key, and the documents that a service finds the key by.

    `claims` of a token replace the usual ones, or remove them by None.
    """

    def __init__(self, url: str = HELSEID, *, clock: Clock = utc_now) -> None:
        self.url = url
        self.clock = clock
        self.key = SigningKey("RS256")
        self.key_id = self.key.thumbprint[:16]

    def practitioner_token(
        self,
        audience: str,
        scope: str,
        jkt: str,
        *,
        pid: str = DEFAULT_PID,
        hpr_number: str | None = "9144889",
        security_level: str | None = "4",
        organisation: str | None = "999977774",
        name: str | None = "Kari Nordmann",
        claims: Mapping[str, Any] | None = None,
        **signing: Any,
    ) -> str:
        person = {
            "name": name,
            PID: pid,
            SECURITY_LEVEL: security_level,
            HPR_NUMBER: hpr_number,
            ORGANISATION: organisation,
        }
        return self.helseid_token(audience, scope, jkt, claims=person | dict(claims or {}), **signing)

    def staff_token(self, audience: str, scope: str, jkt: str, *, pid: str = DEFAULT_PID, **options: Any) -> str:
        return self.practitioner_token(audience, scope, jkt, pid=pid, hpr_number=None, **options)

    def machine_token(
        self,
        audience: str,
        scope: str,
        jkt: str,
        *,
        organisation: str | None = "999977774",
        claims: Mapping[str, Any] | None = None,
        **signing: Any,
    ) -> str:
        claims = {ORGANISATION: organisation, **(claims or {})}
        return self.helseid_token(audience, scope, jkt, claims=claims, **signing)

    def helseid_token(
        self, audience: str, scope: str, jkt: str | None, *, claims: Mapping[str, Any] | None = None, **signing: Any
    ) -> str:
        """`scope` is separated by spaces; it is written as an array, as HelseID does."""
        usual = {
            **self._registered(audience),
            "client_id": "0c5a3b1e-6c1f-4d7d-9a53-2f3f6d1f0a11",
            "client_amr": "private_key_jwt",
            "scope": scope.split(),
            "cnf": {"jkt": jkt} if jkt else None,
        }
        return self.signed(changed(usual, claims), **signing)

    def citizen_token(
        self,
        audience: str,
        *,
        pid: str | None = DEFAULT_PID,
        security_level: str | None = "4",
        represents: str | None = None,
        relation: str | None = None,
        claims: Mapping[str, Any] | None = None,
        **signing: Any,
    ) -> str:
        usual = {
            **self._registered(audience),
            "pid": pid,
            "security_level": security_level,
            "represents": represents,
            "relation": relation,
        }
        return self.signed(changed(usual, claims), **signing)

    def signed(
        self,
        claims: Mapping[str, Any],
        *,
        typ: str | None = "at+jwt",
        forgery: Forgery | None = None,
        header: Mapping[str, Any] | None = None,
    ) -> str:
        usual = {"alg": _FORGED_ALGORITHMS.get(forgery, "RS256"), "kid": self.key_id, "typ": typ}
        return compact(changed(usual, header), changed(claims), self._signer(forgery))

    def handle(self, request: httpx.Request) -> httpx.Response:
        """For httpx.MockTransport: the discovery document, the key set, and a token for whoever asks."""
        documents = {
            f"{self.url}/.well-known/openid-configuration": self.discovery_document(),
            f"{self.url}/.well-known/openid-configuration/jwks": self.key_set(),
            f"{self.url}/connect/token": {"access_token": "ours", "expires_in": LIFETIME_SECONDS},
        }
        document = documents.get(str(request.url))
        return httpx.Response(404) if document is None else httpx.Response(200, json=document)

    def discovery_document(self) -> dict[str, Any]:
        places = {"jwks_uri": ".well-known/openid-configuration/jwks", "token_endpoint": "connect/token"}
        return {"issuer": self.url} | {name: f"{self.url}/{place}" for name, place in places.items()}

    def key_set(self) -> dict[str, Any]:
        return {"keys": [{**self.key.public_jwk, "kid": self.key_id, "use": "sig", "alg": "RS256"}]}

    def _registered(self, audience: str) -> dict[str, Any]:
        now = int(self.clock().timestamp())
        times = {"nbf": now, "iat": now, "exp": now + LIFETIME_SECONDS}
        return {"iss": self.url, "aud": audience, "sub": "invented", "jti": secrets.token_hex(16), **times}

    def _signer(self, forgery: Forgery | None) -> Sign:
        if forgery is Forgery.NONE:
            return lambda _: b""
        if forgery in (Forgery.HMAC_WITH_PEM, Forgery.HMAC_WITH_DER):
            # the confusion of CVE-2024-33663: the public key, known to all, taken for a shared secret
            der = forgery is Forgery.HMAC_WITH_DER
            secret = self.key.public_bytes(Encoding.DER if der else Encoding.PEM)
            return lambda message: hmac.digest(secret, message, "sha256")
        if forgery is Forgery.OTHER_KEY:
            return SigningKey("RS256").sign
        return self.key.sign_pss if forgery is Forgery.PS256 else self.key.sign


class DPoPAuth(httpx.Auth):
    """Signs every request of an httpx client with a proof of its own: `client.post(url, auth=DPoPAuth(token, key))`."""

    def __init__(self, token: str, key: ProofKey, *, clock: Clock = utc_now) -> None:
        self.token = token
        self.key = key
        self.clock = clock

    def headers(self, method: str, url: str) -> dict[str, str]:
        proof = self.key.proof(method, url, self.token, now=self.clock())
        return {"Authorization": f"DPoP {self.token}", "DPoP": proof}

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers.update(self.headers(request.method, str(request.url)))
        yield request


class BearerAuth(httpx.Auth):
    """A citizen's token on every request of an httpx client."""

    def __init__(self, token: str) -> None:
        self.token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self.token}"
        yield request


def served_by(*issuers: Issuer, consent: Answering | None = None) -> httpx.MockTransport:
    """A transport on which these issuers answer, and `consent` what is asked of consent.test, and nobody else."""

    def handle(request: httpx.Request) -> httpx.Response:
        if consent and request.url.host == "consent.test":
            return consent(request)
        answers = (issuer.handle(request) for issuer in issuers)
        return next((answer for answer in answers if answer.is_success), httpx.Response(404))

    return httpx.MockTransport(handle)
