"""Answers about campaigns, with their entity tags."""

from fastapi import Response

from notification_service.campaigns.models import Campaign
from notification_service.campaigns.schemas import CampaignState


def answer(found: Campaign) -> Response:
    content = CampaignState.of(found).model_dump_json(by_alias=True)
    return Response(content, media_type="application/json", headers={"ETag": found.etag})
