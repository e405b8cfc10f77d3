"""Reading signed JSON in compact form (JWS, RFC 7515) that a stranger has sent.

joserfc does the work. What it raises on bytes made to hurt it (deep nesting, wrong types, numbers of thousands of
digits) is not worth telling apart: all of it is one refusal here.
"""

import json
from typing import Any, Final

from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

from shared.auth.errors import PROOF_ALGORITHMS

PublicKey = RSAKey | ECKey

_LATEST: Final = 2**40  # seconds since 1970: any real time is before, and arithmetic below it is exact


class Unreadable(ValueError):
    """Not signed JSON as we accept it."""


class _Registry(jws.JWSRegistry):
    """joserfc's own limits are too small for the keys that HelseID tells its clients to make (RSA-4096 in a header)."""

    max_header_length = 8192
    max_payload_length = 16384
    max_signature_length = 2048


def _registry(*algorithms: str) -> _Registry:
    # unknown header parameters must be ignored (RFC 7515, section 4)
    return _Registry(algorithms=algorithms, strict_check_header=False)


_ANY: Final = _registry("RS256")  # reading alone does not look at the algorithm
_BY_ALGORITHM: Final = {name: _registry(name) for name in PROOF_ALGORITHMS}


def read(compact: str) -> jws.CompactSignature:
    """Takes the parts apart; nothing is verified yet. Raises `Unreadable`."""
    try:
        signature = jws.extract_compact(compact.encode("ascii"), registry=_ANY)
    except Exception as error:
        raise Unreadable from error
    header = signature.protected
    # `crit` names extensions that must be understood, and none is (RFC 7515, section 4.1.11)
    if not isinstance(header, dict) or "crit" in header or "b64" in header:
        raise Unreadable
    return signature


def is_signed_by(signature: jws.CompactSignature, key: PublicKey, algorithm: str) -> bool:
    """`algorithm` is the one that the key is for, decided before; another one in the header does not count."""
    try:
        return jws.validate_compact(signature, key, registry=_BY_ALGORITHM[algorithm])
    except Exception:
        return False


def claims(signature: jws.CompactSignature) -> dict[str, Any]:
    """The payload as an object. Raises `Unreadable`."""
    try:
        found = json.loads(signature.payload)
    except (ValueError, RecursionError) as error:
        raise Unreadable from error
    if not isinstance(found, dict):
        raise Unreadable
    return found


def seconds(value: Any) -> float | None:
    """A NumericDate (RFC 7519, section 2); None for anything else, and for NaN, which passes every comparison."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number and 0 <= value <= _LATEST else None


def text(value: Any, longest: int = 256) -> str | None:
    """Text that can be kept and shown: not empty, no control characters, no halves of surrogate pairs."""
    return value if isinstance(value, str) and 0 < len(value) <= longest and value.isprintable() else None
