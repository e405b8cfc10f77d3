"""Who the client is: private_key_jwt (RFC 7523, section 3; HelseID's narrower profile)."""

from collections.abc import Mapping
from typing import Any

from joserfc.jws import CompactSignature

from sandbox.issuer.clients import Client
from sandbox.issuer.errors import InvalidClient
from sandbox.issuer.single_use import SingleUse
from sandbox.keys import imported
from shared.auth import signed

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_TYPES = frozenset({"client-authentication+jwt", "jwt"})
_LONGEST_LIFETIME = 60  # seconds
_LEEWAY = 5  # seconds


def authenticate(
    assertion: str, clients: Mapping[str, Client], audiences: frozenset[str], used: SingleUse, now: float
) -> Client:
    """The client that signed the assertion. Raises InvalidClient."""
    signature, claims = _read(assertion)
    client = clients.get(str(claims.get("iss")))
    if client is None:
        raise InvalidClient("No such client")
    _check_signature(signature, client)
    _check_parties(claims, client, audiences)
    _check_single_use(claims, client, used, _checked_expiry(claims, now), now)
    return client


def _read(assertion: str) -> tuple[CompactSignature, dict[str, Any]]:
    try:
        signature = signed.read(assertion)
        return signature, signed.claims(signature)
    except signed.Unreadable as error:
        raise InvalidClient("The assertion is not a JWT") from error


def _check_signature(signature: CompactSignature, client: Client) -> None:
    if str(signature.protected.get("typ", "jwt")).lower() not in _TYPES:
        raise InvalidClient("The assertion's typ is neither client-authentication+jwt nor JWT")
    if not signed.is_signed_by(signature, imported(client.key.public_jwk), client.key.algorithm):
        raise InvalidClient(f"The assertion is not signed with the client's {client.key.algorithm} key")


def _check_parties(claims: Mapping[str, Any], client: Client, audiences: frozenset[str]) -> None:
    if claims.get("sub") != client.client_id:
        raise InvalidClient("The assertion's iss and sub differ")
    audience = claims.get("aud")
    named = audience if isinstance(audience, list) else [audience]
    if not any(isinstance(name, str) and name in audiences for name in named):
        raise InvalidClient("The assertion's aud is not this issuer")


def _checked_expiry(claims: Mapping[str, Any], now: float) -> float:
    expires, begins = signed.seconds(claims.get("exp")), signed.seconds(claims.get("nbf", claims.get("iat", now)))
    if expires is None or expires <= now - _LEEWAY:
        raise InvalidClient("The assertion has no exp, or has expired")
    if expires > now + _LONGEST_LIFETIME + _LEEWAY:
        raise InvalidClient(f"The assertion lives longer than {_LONGEST_LIFETIME} s")
    if begins is None or begins > now + _LEEWAY:
        raise InvalidClient("The assertion is not valid yet")
    return expires


def _check_single_use(claims: Mapping[str, Any], client: Client, used: SingleUse, expires: float, now: float) -> None:
    identifier = signed.text(claims.get("jti"))
    if identifier is None:
        raise InvalidClient("The assertion has no jti")
    if not used.take(f"{client.client_id} {identifier}", expires + _LEEWAY, now):
        raise InvalidClient("The assertion's jti has been used")
