"""Who reaches which campaigns: those of their own organisation, or all for those who approve and operate."""

from typing import Annotated, Final

from fastapi import Depends, Path, Security

from notification_service.access import REFUSED, Actor, sender
from notification_service.campaigns import queries
from notification_service.campaigns.errors import NotPossibleNow
from notification_service.campaigns.models import Campaign
from shared.auth import CallerNotAllowed, Machine, Staff, either, staff
from shared.db import Reader
from shared.errors import NotFound
from shared.exact import Id
from shared.messaging.dead_letter_routes import OPERATE

APPROVE: Final = "nhn:varsling/approve"

ABOUT_ONE: Final = (*REFUSED, NotFound)
MOVED: Final = (*ABOUT_ONE, NotPossibleNow)

_anyone = either(sender, either(staff(APPROVE), staff(OPERATE)))
_ALL: Final = frozenset({APPROVE, OPERATE})


async def _reach(caller: Annotated[Machine | Staff, Security(_anyone)]) -> tuple[Actor, str | None]:
    """Who calls, and whose campaigns they reach: None is everybody's."""
    actor = Actor.of(caller)
    if isinstance(caller, Staff) and not _ALL.isdisjoint(caller.scopes):
        return actor, None
    if actor.organisation is None:
        raise CallerNotAllowed("DPoP", "organisation-missing")
    return actor, actor.organisation


Reach = Annotated[tuple[Actor, str | None], Depends(_reach)]
Approver = Annotated[Staff, Security(staff(APPROVE))]


CampaignId = Annotated[Id, Path(alias="campaignId")]


async def _found(reach: Reach, campaign_id: CampaignId, reader: Reader) -> Campaign:
    found = await queries.find_campaign(reader, campaign_id, reach[1])
    if found is None:
        raise NotFound()
    return found


Found = Annotated[Campaign, Depends(_found)]
