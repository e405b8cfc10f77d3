"""Answers that are not sent again when the caller has them."""

from collections.abc import Mapping
from hashlib import blake2b

from fastapi import Response

from shared.http import etag_matches


def tagged(body: bytes, media_type: str, if_none_match: str | None, headers: Mapping[str, str]) -> Response:
    """The entity tag is a digest of what is sent, so that it differs between languages and media types. 304 without
    the body when the caller has it (RFC 9110, 13.1.2).
    """
    etag = f'"{blake2b(media_type.encode() + b" " + body, digest_size=15).hexdigest()}"'
    headers = {"ETag": etag, **headers}
    if etag_matches(if_none_match, etag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=media_type)
