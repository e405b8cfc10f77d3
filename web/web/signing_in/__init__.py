"""Signing in by OpenID Connect, as HelseID's profile wants it: pushed authorization requests (RFC 9126), PKCE (RFC
7636), private_key_jwt (RFC 7523), DPoP with nonce (RFC 9449), a token per audience (RFC 8707).
"""

from web.signing_in.client import OpenIdClient, Started
from web.signing_in.discovery import Issuer
from web.signing_in.errors import IssuerAway, SignInRefused
from web.signing_in.proofs import new_key, proof

__all__ = ["Issuer", "IssuerAway", "OpenIdClient", "SignInRefused", "Started", "new_key", "proof"]
