"""Answers about campaigns, with their entity tags."""

from hashlib import blake2b

from fastapi import Response

from notification_service.campaigns.models import Campaign
from notification_service.campaigns.schemas import CampaignState
from shared.http import etag_matches


def answer(found: Campaign) -> Response:
    content = CampaignState.of(found).model_dump_json(by_alias=True)
    return Response(content, media_type="application/json", headers={"ETag": found.etag})


def tagged(content: str, known: str | None) -> Response:
    etag = f'"{blake2b(content.encode(), digest_size=12).hexdigest()}"'
    if known is not None and etag_matches(known, etag):
        return Response(status_code=304, headers={"ETag": etag})
    return Response(content, media_type="application/json", headers={"ETag": etag})
