"""DPoP proofs (RFC 9449): who shows a token also holds the key that it is bound to, here, now, and once."""

import base64
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from joserfc.jwk import ECKey, RSAKey, thumbprint

from shared.auth import htu, signed
from shared.auth.errors import PROOF_ALGORITHMS, ProofInvalid, ProofReplayed
from shared.auth.keys import SHORTEST_MODULUS
from shared.auth.replay import CLOCKS_SECONDS, SKEW_SECONDS, ReplayStore

LIFETIME_SECONDS: Final = 10
LONGEST_PROOF: Final = 8192
KEPT_KEYS: Final = 1024
_CURVES: Final = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
_PRIVATE_MEMBERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


@dataclass(frozen=True, slots=True)
class Request:
    """What a proof must be about. `address` is without query; `token_digest` is the SHA-256 of the access token, and
    `key` the thumbprint that it is bound to: None for both where a token is fetched (RFC 9449, section 5).
    """

    method: str
    address: str
    token_digest: bytes | None
    key: str | None


class Proofs:
    """Checks proofs against requests.

    A client signs with the same key for the life of a token, so the last keys that were right are kept ready for use:
    reading one costs as much as verifying with it.
    """

    def __init__(self, replay: ReplayStore, clock: Callable[[], datetime]) -> None:
        self._replay = replay
        self._clock = clock
        self._keys: OrderedDict[tuple[str, ...], signed.PublicKey] = OrderedDict()

    async def check(self, proof: str, request: Request) -> str:
        """The thumbprint of the proof's key. Raises `ProofInvalid`, `ProofReplayed` or `ProofCheckUnavailable`."""
        claims, thumb = self._verified_claims(proof, request.key)
        issued_at, jti = self._check_claims(claims, request)
        digest = hashlib.sha256(f"{thumb} {jti}".encode()).digest()
        if not await self._replay.first_use(
            digest, issued_at, issued_at + LIFETIME_SECONDS + SKEW_SECONDS + CLOCKS_SECONDS
        ):
            raise ProofReplayed("DPoP")
        return thumb

    def _verified_claims(self, proof: str, expected: str | None) -> tuple[dict[str, Any], str]:
        if len(proof) > LONGEST_PROOF:
            raise _invalid("malformed")
        try:
            signature = signed.read(proof)
            algorithm = _algorithm(signature.protected)
            key, thumb = self._key(signature.protected.get("jwk"), algorithm, expected)
            if not signed.is_signed_by(signature, key, algorithm):
                raise _invalid("signature")
            return signed.claims(signature), thumb
        except signed.Unreadable:
            raise _invalid("malformed") from None

    def _key(self, jwk: Any, algorithm: str, expected: str | None) -> tuple[signed.PublicKey, str]:
        """The proof's own key, which must be the one that the token is bound to, and its thumbprint."""
        public = _public_members(jwk, algorithm)
        if expected is None:
            return _imported(public), thumbprint(public)  # not kept: nothing has vouched for it
        place = (expected, algorithm, *public.values())
        if (key := self._keys.get(place)) is None:
            if thumbprint(public) != expected:
                raise _invalid("thumbprint")
            key = _imported(public)
            if len(self._keys) >= KEPT_KEYS:
                self._keys.popitem(last=False)
            self._keys[place] = key
        return key, expected

    def _check_claims(self, claims: Mapping[str, Any], request: Request) -> tuple[float, str]:
        """When the proof was made, and its jti."""
        address = claims.get("htu")
        if claims.get("htm") != request.method:
            raise _invalid("htm")
        if not isinstance(address, str) or not htu.is_same(address, request.address):
            raise _invalid("htu")
        if request.token_digest is not None and claims.get("ath") != _b64(request.token_digest):
            raise _invalid("ath")
        issued_at, jti = self._check_time(claims.get("iat")), signed.text(claims.get("jti"))
        if jti is None:
            raise _invalid("jti")
        return issued_at, jti

    def _check_time(self, iat: Any) -> float:
        issued_at, now = signed.seconds(iat), self._clock().timestamp()
        if issued_at is None:
            raise _invalid("iat")
        if issued_at < now - LIFETIME_SECONDS - SKEW_SECONDS:
            raise _invalid("iat-past")
        if issued_at > now + SKEW_SECONDS:
            raise _invalid("iat-future")
        return issued_at


def _algorithm(header: Mapping[str, Any]) -> str:
    if str(header.get("typ")).lower() not in ("dpop+jwt", "application/dpop+jwt"):
        raise _invalid("type")
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in PROOF_ALGORITHMS:
        raise _invalid("algorithm")
    return algorithm


def _public_members(jwk: Any, algorithm: str) -> dict[str, str]:
    """The members that make the key, and its thumbprint (RFC 7638); the key is of the algorithm's own kind."""
    if not isinstance(jwk, dict):
        raise _invalid("jwk")
    if not _PRIVATE_MEMBERS.isdisjoint(jwk):
        raise _invalid("private-key")
    curve = _CURVES.get(algorithm)
    names = ("crv", "kty", "x", "y") if curve else ("e", "kty", "n")
    public = {name: value for name in names if isinstance(value := jwk.get(name), str)}
    fits = public.get("kty") == ("EC" if curve else "RSA") and public.get("crv") == curve
    if len(public) < len(names) or not fits or jwk.get("alg", algorithm) != algorithm:
        raise _invalid("jwk")
    return public


def _imported(public: dict[str, str]) -> signed.PublicKey:
    try:
        if public["kty"] == "EC":
            return ECKey.import_key({**public})
        if len(public["n"]) >= SHORTEST_MODULUS:
            return RSAKey.import_key({**public})
    except Exception as error:  # what is no point on the curve, no base64, or too large
        raise _invalid("jwk") from error
    raise _invalid("jwk")


def _b64(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _invalid(reason: str) -> ProofInvalid:
    return ProofInvalid("DPoP", reason)
