"""Access tokens: RS256 by a key of the issuer, for us, and within their time (RFC 9068, HelseID's list of checks)."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

from joserfc.jws import CompactSignature

from shared.auth import signed
from shared.auth.errors import Scheme, TokenExpired, TokenInvalid
from shared.auth.keys import IssuerKeys

LEEWAY_SECONDS: Final = 5
LONGEST_TOKEN: Final = 16_384
KEPT_TOKENS: Final = 4096
ALGORITHM: Final = "RS256"
_TYPES: Final = frozenset({"at+jwt", "application/at+jwt", "jwt"})

T = TypeVar("T")


class AccessTokens(Generic[T]):
    """Verifies tokens of one issuer and turns their claims into `T` by `interpret`, which may refuse too.

    The same token comes with many requests, so the result is kept until the token expires; its proof is not.
    """

    def __init__(
        self,
        keys: IssuerKeys,
        *,
        audience: str,
        scheme: Scheme,
        interpret: Callable[[Mapping[str, Any]], T],
        clock: Callable[[], datetime],
    ) -> None:
        self._keys = keys
        self._audience = audience
        self._scheme = scheme
        self._interpret = interpret
        self._clock = clock
        self._kept: OrderedDict[bytes, tuple[float, T]] = OrderedDict()
        self._generation = 0

    async def verify(self, token: str, digest: bytes) -> T:
        """`digest` is the token's SHA-256. Raises `TokenInvalid`, `TokenExpired` or `IssuerUnavailable`."""
        now = self._clock().timestamp()
        kept = self._recall(digest)
        if kept is None:
            claims = await self._verified_claims(token)
            kept = self._checked_expiry(claims, now), self._interpret(claims)
            self._keep(digest, kept)
        expires_at, caller = kept
        if now >= expires_at + LEEWAY_SECONDS:
            raise TokenExpired(self._scheme)
        return caller

    def _recall(self, digest: bytes) -> tuple[float, T] | None:
        self._forget_outdated()
        return self._kept.get(digest)

    def _keep(self, digest: bytes, verified: tuple[float, T]) -> None:
        self._forget_outdated()
        if len(self._kept) >= KEPT_TOKENS:
            self._kept.popitem(last=False)
        self._kept[digest] = verified

    def _forget_outdated(self) -> None:
        """When the issuer has changed its keys, what an earlier one signed is verified anew."""
        if self._generation != self._keys.generation:
            self._kept.clear()
            self._generation = self._keys.generation

    async def _verified_claims(self, token: str) -> dict[str, Any]:
        if len(token) > LONGEST_TOKEN:
            raise self._invalid("malformed")
        try:
            signature = signed.read(token)
            await self._check_signature(signature)
            return signed.claims(signature)
        except signed.Unreadable:
            raise self._invalid("malformed") from None

    async def _check_signature(self, signature: CompactSignature) -> None:
        header = signature.protected
        if str(header.get("typ")).lower() not in _TYPES:
            raise self._invalid("type")
        if header.get("alg") != ALGORITHM:
            raise self._invalid("algorithm")
        key_id = header.get("kid")
        key = await self._keys.get(key_id) if isinstance(key_id, str) else None
        if key is None:
            raise self._invalid("key")
        if not signed.is_signed_by(signature, key, ALGORITHM):
            raise self._invalid("signature")

    def _checked_expiry(self, claims: Mapping[str, Any], now: float) -> float:
        """When the token expires, in seconds since 1970; issuer, audience and the other times are right."""
        audience = claims.get("aud")
        if claims.get("iss") != self._keys.issuer:
            raise self._invalid("issuer")
        if self._audience not in (audience if isinstance(audience, list) else [audience]):
            raise self._invalid("audience")
        expires_at = signed.seconds(claims.get("exp"))
        starts = [signed.seconds(claims.get(name, 0)) for name in ("nbf", "iat")]
        if expires_at is None or None in starts:
            raise self._invalid("lifetime")
        if any(start is not None and start > now + LEEWAY_SECONDS for start in starts):
            raise self._invalid("not-yet-valid")
        return expires_at

    def _invalid(self, reason: str) -> TokenInvalid:
        return TokenInvalid(self._scheme, reason)
