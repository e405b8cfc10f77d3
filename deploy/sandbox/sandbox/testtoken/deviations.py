"""What every test token has in common: whom it may not name, its scope, its times, and the faults asked for."""

from datetime import datetime
from typing import Any

from sandbox.issuer.claims import LIFETIME
from sandbox.testtoken.errors import BadParameters
from sandbox.testtoken.parameters import Expiration, WantedToken
from shared.nationalid import NationalId, NationalIdCheckDigits, NationalIdMalformed

_EXPIRED_SINCE = 3600  # seconds
_DAY = 24 * 3600  # seconds


def refuse_real_person(number: str | None, parameter: str) -> None:
    """Anything goes but a number that could belong to a living person (I2): only offsets of test populations."""
    if number is None:
        return
    try:
        NationalId.parse(number, allow_synthetic=False)
    except (NationalIdMalformed, NationalIdCheckDigits):
        return
    raise BadParameters.about(parameter, "only synthetic numbers here: month + 80 or month + 65")


def scope_claim(wanted: WantedToken) -> dict[str, Any]:
    """HelseID writes a list; RFC 9068 one string."""
    if not wanted.scopes:
        return {}
    return {"scope": " ".join(wanted.scopes) if wanted.scope_as_string else wanted.scopes}


def with_faults(claims: dict[str, Any], wanted: WantedToken, now: datetime) -> dict[str, Any]:
    claims = claims | _times(wanted.expiration_parameters, int(now.timestamp()))
    if wanted.set_invalid_issuer:
        claims["iss"] += "/invalid"
    if wanted.set_invalid_audience:
        claims["aud"] = "nhn:invalid-audience"
    return claims


def _times(wanted: Expiration, now: int) -> dict[str, int]:
    """As seconds since 1970; `expirationTimeInDays` and `InSeconds` count from now."""
    if wanted.set_expiration_time_as_expired:
        issued = now - _EXPIRED_SINCE - LIFETIME
        return {"iat": issued, "nbf": issued, "exp": issued + LIFETIME}
    if wanted.expiration_time_in_seconds is not None:
        return {"exp": now + wanted.expiration_time_in_seconds}
    if wanted.expiration_time_in_days is not None:
        return {"exp": now + wanted.expiration_time_in_days * _DAY}
    return {}


def present(claims: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in claims.items() if value is not None}
