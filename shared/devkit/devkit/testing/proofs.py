"""Keys of clients and issuers, and DPoP proofs: right ones, and ones with exactly one fault.

Signed by python-jose (PS by `cryptography` itself, since python-jose has no PS), while joserfc verifies: what the two
agree on is the standard, and not one library's reading of it. Headers are written by hand, because no library makes the
wrong ones that negative tests need. Not for images that serve citizens.
"""

import hashlib
import hmac
import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from jose import jwk as jose_jwk

Sign = Callable[[bytes], bytes]
Clock = Callable[[], datetime]

_CURVES: Final[dict[str, ec.EllipticCurve]] = {
    "ES256": ec.SECP256R1(),
    "ES384": ec.SECP384R1(),
    "ES512": ec.SECP521R1(),
}
_HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    "256": hashes.SHA256(),
    "384": hashes.SHA384(),
    "512": hashes.SHA512(),
}
_PUBLIC_MEMBERS: Final = ("kty", "crv", "x", "y", "n", "e")


class ProofFault(StrEnum):
    """Faults of a proof, under the names that NHN's test token service gives them."""

    NO_HTU = "DontSetHtuClaimValue"
    NO_HTM = "DontSetHtmClaimValue"
    NO_ATH = "DontSetAthClaimValue"
    NO_JTI = "DontSetJtiClaim"
    NO_ALG = "DontSetAlgHeader"
    NO_JWK = "DontSetJwkHeader"
    IAT_IN_PAST = "SetIatValueInThePast"
    IAT_IN_FUTURE = "SetIatValueInTheFuture"
    SYMMETRIC_ALG = "SetAlgHeaderToASymmetricAlgorithm"
    PRIVATE_KEY = "SetPrivateKeyInJwkHeader"
    WRONG_TYP = "SetInvalidTypHeaderValue"
    WRONG_SIGNATURE = "SetAnInvalidSignature"


_ABSENT_CLAIMS: Final[dict[ProofFault | None, str]] = {
    ProofFault.NO_HTU: "htu",
    ProofFault.NO_HTM: "htm",
    ProofFault.NO_ATH: "ath",
    ProofFault.NO_JTI: "jti",
}
_ABSENT_HEADERS: Final[dict[ProofFault | None, str]] = {ProofFault.NO_ALG: "alg", ProofFault.NO_JWK: "jwk"}
_SHIFTS: Final[dict[ProofFault | None, int]] = {ProofFault.IAT_IN_PAST: -60, ProofFault.IAT_IN_FUTURE: 60}


def utc_now() -> datetime:
    return datetime.now(UTC)


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def compact(header: Mapping[str, Any], claims: Mapping[str, Any], sign: Sign) -> str:
    """Signed JSON with exactly this header (RFC 7515, section 7.1)."""
    signing_input = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}"
    return f"{signing_input}.{b64(sign(signing_input.encode()))}"


class SigningKey:
    """A key pair for one algorithm: RS, PS or ES with 256, 384 or 512."""

    def __init__(self, algorithm: str = "ES256") -> None:
        self.algorithm = algorithm
        curve = _CURVES.get(algorithm)
        self.native = ec.generate_private_key(curve) if curve else rsa.generate_private_key(65537, 2048)
        pem = self.native.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self._jose = jose_jwk.construct(pem, algorithm.replace("PS", "RS"))
        self.private_jwk: dict[str, str] = {k: _as_text(v) for k, v in self._jose.to_dict().items() if k != "alg"}
        self.public_jwk: dict[str, str] = {
            name: self.private_jwk[name] for name in _PUBLIC_MEMBERS if name in self.private_jwk
        }
        self.thumbprint = b64(hashlib.sha256(_canonical(self.public_jwk)).digest())

    def sign(self, message: bytes) -> bytes:
        if self.algorithm.startswith("PS"):
            return self.sign_pss(message)
        return bytes(self._jose.sign(message))

    def public_bytes(self, encoding: serialization.Encoding) -> bytes:
        return self.native.public_key().public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)

    def sign_pss(self, message: bytes) -> bytes:
        assert isinstance(self.native, rsa.RSAPrivateKey)  # noqa: S101 - PS is an algorithm of RSA keys
        digest = _HASHES[self.algorithm[2:]]  # RS256 and PS256 differ in the padding alone
        return self.native.sign(message, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)


class ProofKey(SigningKey):
    """A client's key, and the DPoP proofs it makes (RFC 9449, section 4.2)."""

    def proof(
        self,
        method: str,
        url: str,
        token: str,
        *,
        now: datetime | None = None,
        fault: ProofFault | None = None,
        claims: Mapping[str, Any] | None = None,
        header: Mapping[str, Any] | None = None,
    ) -> str:
        """`url` goes in as it is, but for its query; `claims` and `header` replace members, or remove them by None."""
        content = {
            "jti": secrets.token_urlsafe(16),
            "htm": method,
            "htu": url.partition("?")[0],
            "iat": int((now or utc_now()).timestamp()) + _SHIFTS.get(fault, 0),
            "ath": b64(hashlib.sha256(token.encode()).digest()),
        }
        content.pop(_ABSENT_CLAIMS.get(fault, ""), None)
        return compact(changed(self._header(fault), header), changed(content, claims), _signer_of_proof(self, fault))

    def _header(self, fault: ProofFault | None) -> dict[str, Any]:
        header: dict[str, Any] = {"typ": "dpop+jwt", "alg": self.algorithm, "jwk": self.public_jwk}
        if fault is ProofFault.WRONG_TYP:
            header["typ"] = "jwt"
        if fault is ProofFault.SYMMETRIC_ALG:
            header["alg"] = "HS256"
        if fault is ProofFault.PRIVATE_KEY:
            header["jwk"] = self.private_jwk
        header.pop(_ABSENT_HEADERS.get(fault, ""), None)
        return header


def _signer_of_proof(key: ProofKey, fault: ProofFault | None) -> Sign:
    if fault is ProofFault.SYMMETRIC_ALG:
        secret = key.public_bytes(serialization.Encoding.PEM)
        return lambda message: hmac.digest(secret, message, "sha256")
    if fault is ProofFault.WRONG_SIGNATURE:
        return lambda message: key.sign(message + b"!")
    return key.sign


def changed(members: Mapping[str, Any], changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Members replaced, added, or by None removed."""
    return {name: value for name, value in {**members, **(changes or {})}.items() if value is not None}


def _canonical(jwk: Mapping[str, str]) -> bytes:
    """RFC 7638, section 3."""
    return json.dumps(dict(sorted(jwk.items())), separators=(",", ":")).encode()


def _as_text(value: str | bytes) -> str:
    return value.decode("ascii") if isinstance(value, bytes) else value
