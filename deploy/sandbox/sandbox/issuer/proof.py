"""DPoP at the token endpoint (RFC 9449, sections 4.3, 5 and 8): no `ath` yet, because there is no token yet."""

import hashlib
import hmac
from collections.abc import Collection, Mapping
from typing import Any

from joserfc.jws import CompactSignature

from sandbox.issuer.errors import InvalidProof, NonceRequired
from sandbox.issuer.single_use import SingleUse
from sandbox.keys import imported
from shared.auth import htu, signed

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
_LIFETIME = 60  # seconds
_SKEW = 5  # seconds
_NONCE_STEP = 120  # seconds


class Nonces:
    """Nonces that need no memory: an HMAC of the current two minutes; the step before is accepted too."""

    def __init__(self, secret: bytes) -> None:
        self.secret = secret

    def current(self, now: float) -> str:
        return self._of(int(now // _NONCE_STEP))

    def accepts(self, nonce: object, now: float) -> bool:
        step = int(now // _NONCE_STEP)
        return nonce in (self._of(step), self._of(step - 1))

    def _of(self, step: int) -> str:
        return hmac.new(self.secret, str(step).encode(), hashlib.sha256).hexdigest()[:32]


def thumbprint_of_proof(
    proof: str, endpoints: Collection[str], used: SingleUse, now: float, method: str = "POST"
) -> tuple[str, object]:
    """The thumbprint of the key that signed the proof, and the proof's nonce if it has one. Raises InvalidProof."""
    try:
        signature = signed.read(proof)
        claims = signed.claims(signature)
    except signed.Unreadable as error:
        raise InvalidProof("The proof is not a JWT") from error
    key = _checked_key(signature)
    _check_address(claims, endpoints, method)
    _check_age(claims, now)
    _check_single_use(claims, used, now)
    return key.thumbprint(), claims.get("nonce")


def require_nonce(nonce: object, nonces: Nonces, now: float) -> None:
    """Raises NonceRequired, which carries the nonce to use (RFC 9449, section 8)."""
    if not nonces.accepts(nonce, now):
        raise NonceRequired("The proof must carry the nonce of the DPoP-Nonce header", nonce=nonces.current(now))


def _checked_key(signature: CompactSignature) -> signed.PublicKey:
    """The key of the header, when the proof is signed with it."""
    header = signature.protected
    algorithm = header.get("alg")
    if str(header.get("typ", "")).lower() != "dpop+jwt":
        raise InvalidProof("The proof's typ is not dpop+jwt")
    if algorithm not in ALGORITHMS:
        raise InvalidProof(f"The proof's alg is none of {', '.join(ALGORITHMS)}")
    key = _imported(header.get("jwk"))
    if not signed.is_signed_by(signature, key, str(algorithm)):
        raise InvalidProof("The proof is not signed with the key of its jwk")
    return key


def _imported(jwk: Any) -> signed.PublicKey:
    try:
        key = imported(jwk)
    except ValueError as error:
        raise InvalidProof("The proof has no jwk of kty RSA or EC") from error
    if key.is_private:
        raise InvalidProof("The proof's jwk is a private key; make a new one")
    return key


def _check_address(claims: Mapping[str, Any], endpoints: Collection[str], method: str) -> None:
    address = claims.get("htu")
    if claims.get("htm") != method:
        raise InvalidProof(f"The proof's htm is not {method}")
    if not isinstance(address, str) or not any(htu.is_same(address, endpoint) for endpoint in endpoints):
        raise InvalidProof("The proof's htu is not the endpoint's address")


def _check_age(claims: Mapping[str, Any], now: float) -> None:
    issued = signed.seconds(claims.get("iat"))
    if issued is None or not now - _LIFETIME - _SKEW <= issued <= now + _SKEW:
        raise InvalidProof("The proof has no iat, or one too old or in the future")


def _check_single_use(claims: Mapping[str, Any], used: SingleUse, now: float) -> None:
    identifier = signed.text(claims.get("jti"))
    if identifier is None:
        raise InvalidProof("The proof has no jti")
    if not used.take(identifier, now + _LIFETIME + 2 * _SKEW, now):
        raise InvalidProof("The proof's jti has been used")
