"""The judgement that a survey is not research, over HTTP."""

from typing import Annotated, Final

from fastapi import APIRouter, Response
from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from notification_service.access import Actor
from notification_service.campaigns import errors
from notification_service.campaigns.access import Approver, CampaignId
from notification_service.campaigns.answers import answer
from notification_service.campaigns.judging import judge_not_research
from notification_service.campaigns.schemas import CampaignState
from notification_service.preferences.routes import SENT_IN, TAGGED
from shared.app import Now
from shared.auth import STAFF_REFUSALS
from shared.db import Session
from shared.errors import NotFound, PreconditionFailed, PreconditionRequired, Unavailable, problems
from shared.http import IfMatch
from shared.input_errors import invalid_value
from shared.nationalid import HELD, holds_national_id
from shared.plain_text import plain_lines
from shared.schemas import RequestSchema

_JUDGED: Final = (
    *STAFF_REFUSALS,
    *SENT_IN,
    Unavailable,
    NotFound,
    errors.NotPossibleNow,
    errors.NotASurvey,
    errors.JudgeIsAuthor,
    PreconditionRequired,
    PreconditionFailed,
)

router = APIRouter(prefix="/v1/campaigns", tags=["Campaigns"])


def _without_national_id(text: str) -> str:
    if holds_national_id(text):
        raise invalid_value("holds_national_id", HELD)
    return text


class NotResearch(RequestSchema):
    """Why the survey is not research: kept in its history, for those who approve it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": "Kvalitetssikring av egen drift, uten ny kunnskap som mål"}]}
    )

    reason: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=10, max_length=1000),
        AfterValidator(plain_lines),
        AfterValidator(_without_national_id),
        Field(description="No national identity numbers"),
    ]


@router.post("/{campaignId}/not-research", response_model=CampaignState, responses=TAGGED | problems(*_JUDGED))
async def judge_campaign_not_research(
    judge: Approver, campaign_id: CampaignId, judgement: NotResearch, session: Session, now: Now, seen: IfMatch = None
) -> Response:
    """Say that a survey is not research, as another than who made it

    Until then it counts as research, and is not sent to those who are reserved against that. It has to be checked and
    tried anew, and counts as research again once it is changed.
    """
    if seen is None:
        raise PreconditionRequired()
    return answer(await judge_not_research(session, Actor.of(judge), campaign_id, judgement.reason, seen, now))
