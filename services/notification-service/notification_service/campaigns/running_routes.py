"""A campaign's approval, its running, and how far it has come, over HTTP."""

from typing import Final

from fastapi import APIRouter, Response

from notification_service.access import Actor
from notification_service.campaigns import errors, progress, service
from notification_service.campaigns.access import ABOUT_ONE, MOVED, Approver, CampaignId, Found, Reach
from notification_service.campaigns.answers import answer
from notification_service.campaigns.schemas import CampaignProgress, CampaignState, ReceiptPage
from notification_service.preferences.routes import READ, TAGGED
from shared.app import Now
from shared.auth import STAFF_REFUSALS
from shared.db import Reader, Session
from shared.errors import InvalidInput, NotFound, PreconditionFailed, PreconditionRequired, Unavailable, problems
from shared.http import IfMatch, IfNoneMatch, tagged
from shared.paging import DEFAULT_LIMIT, Cursor, CursorInvalid, Limit, decode_cursor

_APPROVED: Final = (
    *STAFF_REFUSALS,
    Unavailable,
    InvalidInput,
    NotFound,
    errors.NotPossibleNow,
    errors.TestMissing,
    errors.CheckOutdated,
    errors.ApproverIsAuthor,
    PreconditionRequired,
    PreconditionFailed,
)

router = APIRouter(prefix="/v1/campaigns", tags=["Campaigns"])


@router.post(
    "/{campaignId}/approve",
    response_model=CampaignState,
    responses=TAGGED | problems(*_APPROVED),
)
async def approve_campaign(
    approver: Approver, campaign_id: CampaignId, session: Session, now: Now, seen: IfMatch = None
) -> Response:
    """Approve a campaign, as another than who made it

    `If-Match` says what has been seen: a campaign that has been changed since is not approved by it.
    """
    if seen is None:
        raise PreconditionRequired()
    return answer(await service.approve_campaign(session, Actor.of(approver), campaign_id, seen, now))


@router.post(
    "/{campaignId}/start",
    response_model=CampaignState,
    responses=TAGGED | problems(*MOVED, errors.CheckOutdated),
)
async def start_campaign(reach: Reach, campaign_id: CampaignId, session: Session, now: Now) -> Response:
    """Begin, or go on after a pause

    Links are tried first; a campaign whose links have died is paused by itself.
    """
    actor, organisation = reach
    return answer(await service.start_campaign(session, organisation, actor, campaign_id, now))


@router.post("/{campaignId}/pause", response_model=CampaignState, responses=TAGGED | problems(*MOVED))
async def pause_campaign(reach: Reach, campaign_id: CampaignId, session: Session, now: Now) -> Response:
    """Hold back what is not sent

    From now on no message is begun. It can be started again.
    """
    actor, organisation = reach
    return answer(await service.pause_campaign(session, organisation, actor, campaign_id, now))


@router.post("/{campaignId}/stop", response_model=CampaignState, responses=TAGGED | problems(*MOVED))
async def stop_campaign(reach: Reach, campaign_id: CampaignId, session: Session, now: Now) -> Response:
    """End it for good

    From now on no message is begun, and it cannot be started again.
    """
    actor, organisation = reach
    return answer(await service.stop_campaign(session, organisation, actor, campaign_id, now))


@router.get("/{campaignId}/progress", response_model=CampaignProgress, responses=READ | problems(*ABOUT_ONE))
async def get_campaign_progress(found: Found, reader: Reader, now: Now, known: IfNoneMatch = None) -> Response:
    """How far it has come"""
    return tagged((await progress.find_progress(reader, found, now)).model_dump_json(by_alias=True).encode(), known)


@router.get(
    "/{campaignId}/receipts",
    response_model=ReceiptPage,
    responses=READ | problems(*ABOUT_ONE, CursorInvalid),
)
async def list_campaign_receipts(
    found: Found, reader: Reader, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None, known: IfNoneMatch = None
) -> Response:
    """What became of it, recipient by recipient"""
    position = decode_cursor(cursor, int)
    after = position[0] if position else 0
    if not 0 <= after < 2**31:
        raise CursorInvalid()
    page = await progress.list_receipts(reader, found, after, limit)
    return tagged(page.model_dump_json(by_alias=True).encode(), known)
