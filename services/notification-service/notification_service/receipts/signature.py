"""How a provider signs what it sends: `Signature: t=<seconds since 1970>,v1=<hex>`.

The digest is HMAC-SHA-256, keyed with the provider's secret, over `<t>.` and the body as it was sent. The time is in
what is signed, so that a request that somebody has recorded is refused minutes later; within these minutes it repeats
what has been said, which changes nothing.
"""

import hashlib
import hmac
import re
from datetime import datetime, timedelta
from typing import Final

from notification_service.receipts.errors import SignatureInvalid

TOLERANCE: Final = timedelta(minutes=5)
_HEADER: Final = re.compile(r"t=(?P<at>[0-9]{1,12}),v1=(?P<digest>[0-9a-f]{64})")


def sign(secret: str, body: bytes, now: datetime) -> str:
    at = int(now.timestamp())
    return f"t={at},v1={_digest(secret, at, body)}"


def check(secret: str, header: str | None, body: bytes, now: datetime) -> None:
    """Raises SignatureInvalid."""
    match = _HEADER.fullmatch(header or "")
    if match is None or abs(now.timestamp() - int(match["at"])) > TOLERANCE.total_seconds():
        raise SignatureInvalid()
    if not hmac.compare_digest(match["digest"], _digest(secret, int(match["at"]), body)):
        raise SignatureInvalid()


def _digest(secret: str, at: int, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
