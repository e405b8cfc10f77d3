"""How routes of this service answer, and what they say alike in the contract."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from fastapi import Response
from pydantic import BaseModel

from consent_api.errors import PersonRegisterUnavailable
from shared.auth import CITIZEN_REFUSALS, OwnAccessMissing, RepresentationNotAllowed, TooYoung
from shared.errors import InvalidInput, MalformedRequest, Unavailable
from shared.http import BodyTooLarge, etag_matches

# what whoever acts on /v1/me can be answered besides what the route itself says
ACTING: Final = (
    *CITIZEN_REFUSALS,
    RepresentationNotAllowed,
    TooYoung,
    OwnAccessMissing,
    PersonRegisterUnavailable,
    Unavailable,
)
SENT_IN: Final = (MalformedRequest, BodyTooLarge, InvalidInput)
READ: Final[dict[int | str, dict[str, Any]]] = {304: {"description": "As the entity tag in If-None-Match says"}}


def not_modified(etag: str) -> Response:
    return Response(status_code=304, headers={"ETag": etag})


def tagged(body: BaseModel, known: str | None, headers: Mapping[str, str] | None = None) -> Response:
    """With an entity tag of what it says; 304 for who has it already."""
    content = body.model_dump_json(by_alias=True).encode()
    etag = f'"{hashlib.sha256(content).hexdigest()[:22]}"'
    if known and etag_matches(known, etag):
        return not_modified(etag)
    return Response(content, media_type="application/json", headers={**(headers or {}), "ETag": etag})
