"""Suppliers' OpenID Connect clients, as they are registered."""

from functools import cached_property
from typing import Annotated, Any, Final
from uuid import UUID

from joserfc.jwk import ECKey, RSAKey
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from shared.auth.errors import PROOF_ALGORITHMS
from shared.auth.keys import SHORTEST_MODULUS
from shared.auth.signed import PublicKey
from shared.links import LinkUnsafe, parse_link

SCOPE: Final = "openid"
AUTHENTICATION: Final = "private_key_jwt"
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
_PRIVATE: Final = frozenset({"d", "k"})


def _redirect_address(address: str) -> str:
    """TLS, but for a program on this machine; no fragment (RFC 6749, section 3.1.2)."""
    try:
        link = parse_link(address)
    except LinkUnsafe as unsafe:
        raise ValueError("a redirect address is one that every program reads alike") from unsafe
    is_safe = link.scheme == "https" or link.host in _LOOPBACK
    if not is_safe or "#" in address:
        raise ValueError("a redirect address is https, without fragment")
    return address


class ClientKey(BaseModel):
    """A public JWK that is for one algorithm."""

    model_config = ConfigDict(extra="allow", frozen=True)

    kty: str
    kid: str | None = None
    alg: Annotated[str, AfterValidator(lambda alg: _of(alg, PROOF_ALGORITHMS))]

    @cached_property
    def public(self) -> PublicKey:
        members = self.model_dump(exclude_none=True)
        return RSAKey.import_key(members) if self.kty == "RSA" else ECKey.import_key(members)

    def model_post_init(self, _context: Any) -> None:
        """Raises ValueError for what cannot verify anything, or is not for everyone to see."""
        members = self.model_extra or {}
        kind = "EC" if self.alg.startswith("ES") else "RSA"
        is_short = kind == "RSA" and len(members.get("n", "")) < SHORTEST_MODULUS
        if self.kty != kind or is_short or not _PRIVATE.isdisjoint(members):
            raise ValueError("a key is public, of its algorithm's kind, and RSA of 2048 bits or more")
        _ = self.public


class KeySet(BaseModel):
    keys: Annotated[tuple[ClientKey, ...], Field(min_length=1)]


class LaunchClient(BaseModel):
    """One registration, with the names of RFC 7591; `organisation` is the supplier's number in the catalogue, and
    `tools` are those that the client signs citizens in to.

    Its methods are those that Authlib asks a client.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    client_id: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$")]
    organisation: Annotated[str, Field(pattern=r"^[0-9]{9}$")]
    tools: Annotated[frozenset[UUID], Field(min_length=1)]
    redirect_uris: Annotated[tuple[Annotated[str, AfterValidator(_redirect_address)], ...], Field(min_length=1)]
    jwks: KeySet

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        """It is always said (OpenID Connect Core, section 3.1.2.1)."""

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.redirect_uris

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        return method == AUTHENTICATION

    def get_allowed_scope(self, _scope: str) -> str:
        """Whatever else is asked for is not given (RFC 6749, section 3.3)."""
        return SCOPE


def _of(value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise ValueError(f"not one of {', '.join(known)}")
    return value
