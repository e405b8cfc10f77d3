"""What the issuer says of who signed in (OpenID Connect Core 1.0, 3.1.3.7)."""

import re
import time
from collections.abc import Mapping
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError

from web.signing_in.discovery import Issuer
from web.signing_in.errors import SignInRefused

_ALGORITHMS: Final = ["RS256", "PS256", "ES256"]
_LEEWAY: Final = 30  # seconds
_OF_CHANCE: Final = frozenset({"exp", "iat", "nbf", "auth_time", "jti", "sid", "nonce", "at_hash", "c_hash"})
_NUMBER: Final = re.compile(r"(?<!\d)\d{11}(?!\d)")


async def verified(id_token: str, issuer: Issuer, client_id: str, nonce: str) -> dict[str, Any]:
    """Its claims. Raises SignInRefused, IssuerAway."""
    claims = await _signed(id_token, issuer)
    audience = claims.get("aud")
    named = audience if isinstance(audience, list) else [audience]
    if claims.get("iss") != issuer.url:
        raise SignInRefused("id-token-issuer")
    if client_id not in named or claims.get("azp", client_id) != client_id:
        raise SignInRefused("id-token-audience")
    if claims.get("nonce") != nonce:
        raise SignInRefused("id-token-nonce")
    _check_times(claims)
    if not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise SignInRefused("id-token-subject")
    return claims


async def _signed(id_token: str, issuer: Issuer) -> dict[str, Any]:
    """Once more with the issuer's newest keys when ours do not know it."""
    for newest in (False, True):
        keys = await issuer.keys(newest=newest)
        try:
            return dict(jwt.decode(id_token, keys, algorithms=_ALGORITHMS).claims)
        except (JoseError, ValueError, KeyError) as error:
            refused = error
    raise SignInRefused("id-token-signature") from refused


def _check_times(claims: Mapping[str, Any]) -> None:
    now, ends, made = time.time(), claims.get("exp"), claims.get("iat")
    if not isinstance(ends, int | float) or ends < now - _LEEWAY:
        raise SignInRefused("id-token-expired")
    if not isinstance(made, int | float) or made > now + _LEEWAY:
        raise SignInRefused("id-token-from-the-future")


def names_a_number(claims: Mapping[str, Any]) -> bool:
    """Whether a national identity number could stand in it: such a token is never put into an address (I1)."""
    return any(_NUMBER.search(str(value)) for name, value in claims.items() if name not in _OF_CHANCE)
