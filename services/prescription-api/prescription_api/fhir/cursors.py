"""The link to the next page: what was asked for and how far it has come, sealed.

A search by POST has a patient in it, and FHIR's link to the next page is an address. So the link holds everything in a
form that only we can read or make, and that is of use to the one organisation it was made for.
"""

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from prescription_api.fhir.search import Pairs
from shared.paging import CursorInvalid


@dataclass(frozen=True, slots=True)
class Position:
    """`pairs` are the parameters without the patient, who is here as a citizen reference."""

    pairs: Pairs
    citizen: str | None
    after: tuple[datetime, UUID]


def seal(secret: bytes, organisation: str, position: Position) -> str:
    """The same position gives the same text, so that a page that has not changed has the same entity tag."""
    at, key = position.after
    content = json.dumps([list(position.pairs), position.citizen, at.isoformat(), str(key)]).encode()
    return urlsafe_b64encode(_cipher(secret).encrypt(content, [organisation.encode()])).decode().rstrip("=")


def unseal(secret: bytes, organisation: str, cursor: str) -> Position:
    """Raises CursorInvalid for what we have not sealed for this organisation."""
    try:
        sealed = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        content = _cipher(secret).decrypt(sealed, [organisation.encode()])
    except (InvalidTag, ValueError) as error:
        raise CursorInvalid() from error
    pairs, citizen, at, key = json.loads(content)
    return Position([(name, value) for name, value in pairs], citizen, (datetime.fromisoformat(at), UUID(key)))


def _cipher(secret: bytes) -> AESSIV:
    return AESSIV(hmac.digest(secret, b"fhir cursor", hashlib.sha512))
