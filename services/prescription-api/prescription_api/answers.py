"""Answers that are not sent again when the caller has them."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import Response

from shared import http

# of a prescription as it is shown in this language (models.entity_tag)
_TAG: Final = {"headers": {"ETag": {"description": "Of the prescription as it is now", "schema": {"type": "string"}}}}
TAGGED: Final[dict[int | str, dict[str, Any]]] = {200: _TAG}
CREATED: Final[dict[int | str, dict[str, Any]]] = {201: _TAG}


def tagged(body: bytes, media_type: str, if_none_match: str | None, headers: Mapping[str, str]) -> Response:
    """The entity tag is a digest of what is sent, so that it differs between languages and media types."""
    etag = http.entity_tag(media_type.encode() + b" " + body)
    return http.tagged(body, if_none_match, headers, etag=etag, media_type=media_type)
