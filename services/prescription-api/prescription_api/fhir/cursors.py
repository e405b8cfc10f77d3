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

_PATIENT = "patient"


@dataclass(frozen=True, slots=True)
class Position:
    """`pairs` are the parameters without the patient, who is here as a citizen reference."""

    pairs: Pairs
    citizen: str | None
    after: tuple[datetime, UUID]


def seal(secret: bytes, resource: str, organisation: str, position: Position) -> str:
    """The same position gives the same text, so that a page that has not changed has the same entity tag."""
    at, key = position.after
    content = json.dumps([list(position.pairs), position.citizen, at.isoformat(), str(key)]).encode()
    return _written(secret, content, resource, organisation)


def seal_patient(secret: bytes, organisation: str, citizen: str) -> str:
    """The same patient has the same text for one organisation."""
    return _written(secret, citizen.encode(), _PATIENT, organisation)


def unseal_patient(secret: bytes, organisation: str, sealed: str) -> str:
    """The citizen reference. Raises CursorInvalid for what we have not sealed for this organisation."""
    return _read(secret, sealed, _PATIENT, organisation).decode()


def unseal(secret: bytes, resource: str, organisation: str, cursor: str) -> Position:
    """Raises CursorInvalid for what we have not sealed for this organisation's search of these resources."""
    pairs, citizen, at, key = json.loads(_read(secret, cursor, resource, organisation))
    return Position([(name, value) for name, value in pairs], citizen, (datetime.fromisoformat(at), UUID(key)))


def _written(secret: bytes, content: bytes, *context: str) -> str:
    sealed = _cipher(secret).encrypt(content, [part.encode() for part in context])
    return urlsafe_b64encode(sealed).decode().rstrip("=")


def _read(secret: bytes, cursor: str, *context: str) -> bytes:
    try:
        sealed = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        return _cipher(secret).decrypt(sealed, [part.encode() for part in context])
    except (InvalidTag, ValueError) as error:
        raise CursorInvalid() from error


def _cipher(secret: bytes) -> AESSIV:
    return AESSIV(hmac.digest(secret, b"fhir cursor", hashlib.sha512))
