"""Answers that are not sent again when the caller has them."""

from collections.abc import Mapping

from fastapi import Response

from shared import http


def tagged(body: bytes, media_type: str, if_none_match: str | None, headers: Mapping[str, str]) -> Response:
    """The entity tag is a digest of what is sent, so that it differs between languages and media types."""
    etag = http.entity_tag(media_type.encode() + b" " + body)
    return http.tagged(body, if_none_match, headers, etag=etag, media_type=media_type)
