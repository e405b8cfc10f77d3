"""Whether a survey counts as research (S4): it does, until somebody else than its author has said why it does not."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from notification_service.access import Actor
from notification_service.campaigns import queries
from notification_service.campaigns.models import Campaign
from notification_service.campaigns.writing import UNCHECKED, change, take
from shared.errors import PreconditionFailed
from shared.http import etag_is


async def judge_not_research(
    session: AsyncSession, judge: Actor, campaign_id: UUID, reason: str, if_match: str, now: datetime
) -> Campaign:
    """The reason is kept in the history. It is a draft again, because others may be sent to than were checked.

    Raises NotFound, NotPossibleNow, NotASurvey, JudgeIsAuthor or PreconditionFailed.
    """
    found = await take(session, campaign_id, None)
    found.check_judgeable(judge, await queries.find_authors(session, campaign_id))
    if not etag_is(if_match, found.etag):
        raise PreconditionFailed()
    values = {**UNCHECKED, "not_research_at": now}
    return await change(session, found, judge, "not-research", now, **values, details={"reason": reason})
