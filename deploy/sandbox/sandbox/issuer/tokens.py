"""Issuing: the one place where claims become a signed access token."""

from datetime import datetime
from typing import Any

from sandbox.issuer.claims import bound_to, client_claims, registered_claims
from sandbox.issuer.clients import Client
from sandbox.keys import KeptKey, signed


def sign_access_token(claims: dict[str, Any], key: KeptKey, typ: str = "at+jwt", kid: str | None = None) -> str:
    """`kid` is another than the key's own only when somebody wants a token with a wrong signature."""
    return signed({"typ": typ, "kid": kid or key.thumbprint}, claims, key)


def client_token_claims(
    issuer: str, client: Client, audience: str, scopes: list[str], thumbprint: str, now: datetime
) -> dict[str, Any]:
    """A token for the client itself: no person, so `sub` is the client (RFC 9068, section 2.2)."""
    return {
        **registered_claims(issuer, audience, now),
        "sub": client.client_id,
        "scope": scopes,
        **client_claims(client),
        **bound_to(thumbprint),
    }
