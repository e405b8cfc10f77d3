"""Who the client is: private_key_jwt (RFC 7523, section 3; OpenID Connect Core, section 9).

Authlib has this too, and takes an assertion that lives for years, asks the machine's clock, and stumbles over bytes
made to hurt it; what reads tokens and proofs reads assertions here.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from authlib.oauth2.rfc6749.errors import InvalidClientError

from helsetilbud_api.citizen.signing_in.clients import LaunchClient
from helsetilbud_api.citizen.signing_in.issuer import LaunchIssuer
from shared.auth import ReplayStore, signed
from shared.auth.tokens import LEEWAY_SECONDS

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST_LIFETIME: Final = 300  # seconds
LONGEST_ASSERTION: Final = 8192
_TYPES: Final = frozenset({"client-authentication+jwt", "jwt"})


@dataclass(frozen=True, slots=True)
class Assertion:
    """What a registered client has signed. `identifier` is its jti."""

    client: LaunchClient
    identifier: str
    issued_at: float
    expires_at: float

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(f"client-assertion {self.client.client_id} {self.identifier}".encode()).digest()


async def authenticate(
    issuer: LaunchIssuer, form: Mapping[str, str], audiences: frozenset[str], replays: ReplayStore, now: datetime
) -> LaunchClient:
    """`audiences` are our names. Raises Authlib's InvalidClientError, or ProofCheckUnavailable."""
    if form.get("client_assertion_type") != ASSERTION_TYPE:
        raise _refused("only private_key_jwt is accepted")
    assertion = read(issuer, form.get("client_assertion", ""), audiences, now)
    if form.get("client_id", assertion.client.client_id) != assertion.client.client_id:
        raise _refused("client_id is another than the assertion's")
    used_until = assertion.expires_at + LEEWAY_SECONDS
    if not await replays.first_use(assertion.digest, assertion.issued_at, used_until):
        raise _refused("the assertion has been used before")
    return assertion.client


def read(issuer: LaunchIssuer, compact: str, audiences: frozenset[str], now: datetime) -> Assertion:
    """Raises Authlib's InvalidClientError. That a client is not known is not told from a signature that is wrong."""
    if len(compact) > LONGEST_ASSERTION:
        raise _refused("the assertion is not a JWT")
    try:
        signature = signed.read(compact)
        claims = signed.claims(signature)
    except signed.Unreadable:
        raise _refused("the assertion is not a JWT") from None
    client = issuer.clients.get(str(claims.get("iss")))
    if client is None or not _is_signed_by(client, signature):
        raise _refused("the assertion is not signed by a client that is known here")
    return _checked(claims, client, audiences, now.timestamp())


def _is_signed_by(client: LaunchClient, signature: Any) -> bool:
    header = signature.protected
    if str(header.get("typ", "jwt")).lower() not in _TYPES:
        return False
    key_id = header.get("kid")
    keys = [key for key in client.jwks.keys if key_id in (None, key.kid) and key.alg == header.get("alg")]
    return any(signed.is_signed_by(signature, key.public, key.alg) for key in keys)


def _checked(claims: Mapping[str, Any], client: LaunchClient, audiences: frozenset[str], now: float) -> Assertion:
    if claims.get("sub") != client.client_id:
        raise _refused("iss and sub of the assertion differ")
    audience = claims.get("aud")
    named = audience if isinstance(audience, list) else [audience]
    if len(named) != 1 or not isinstance(named[0], str) or named[0] not in audiences:
        raise _refused("aud of the assertion is not this issuer alone")
    identifier = signed.text(claims.get("jti"))
    if identifier is None:
        raise _refused("the assertion has no jti")
    return Assertion(client, identifier, *_checked_times(claims, now))


def _checked_times(claims: Mapping[str, Any], now: float) -> tuple[float, float]:
    """When it was made, and when it ends."""
    issued_at, expires_at = signed.seconds(claims.get("iat")), signed.seconds(claims.get("exp"))
    begins = signed.seconds(claims.get("nbf", claims.get("iat")))
    if issued_at is None or expires_at is None or begins is None:
        raise _refused("the assertion has no iat or no exp")
    if expires_at <= now - LEEWAY_SECONDS:
        raise _refused("the assertion has expired")
    if max(issued_at, begins) > now + LEEWAY_SECONDS:
        raise _refused("the assertion is not valid yet")
    if expires_at > now + LONGEST_LIFETIME + LEEWAY_SECONDS:
        raise _refused("the assertion lives for more than five minutes")
    return issued_at, expires_at


def _refused(why: str) -> InvalidClientError:
    return InvalidClientError(why)
