"""How a campaign's rows change, with the step that says who did it."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from notification_service.access import Actor
from notification_service.campaigns import queries
from notification_service.campaigns.models import Campaign, State, campaign, campaign_step
from shared.db import wake_after_commit
from shared.errors import NotFound

WAKEUP: Final = "campaigns"
_REMEMBER: Final = insert(campaign_step)
_CREATE: Final = insert(campaign).on_conflict_do_nothing(constraint="campaign_round").returning(campaign.c.campaign_id)
_FIELDS: Final = {field.name for field in fields(Campaign)}


async def take(session: AsyncSession, campaign_id: Any, organisation: str | None) -> Campaign:
    """Locked until this transaction ends. Raises NotFound, also for another organisation's."""
    found = await queries.lock_campaign(session, campaign_id, organisation)
    if found is None:
        raise NotFound()
    return found


async def insert_campaign(session: AsyncSession, new: Campaign) -> bool:
    """False when the round exists already."""
    row = {name: getattr(new, name) for name in _FIELDS}
    return (await session.execute(_CREATE, row)).first() is not None


async def change(
    session: AsyncSession, found: Campaign, actor: Actor, action: str, now: datetime, **values: Any
) -> Campaign:
    """The campaign as it is from now on, a version later. `details` is for the step."""
    details: Mapping[str, Any] = values.pop("details", {})
    values |= {"version": found.version + 1, "changed_at": now}
    await session.execute(update(campaign).where(campaign.c.campaign_id == found.campaign_id).values(values))
    await remember(session, found, actor, action, now, details)
    if values.get("state") is not None:
        wake_after_commit(session, WAKEUP)
    return replace(found, **values)


async def remember(
    session: AsyncSession, found: Campaign, actor: Actor, action: str, now: datetime, details: Mapping[str, Any]
) -> None:
    who = {"actor": actor.name, "actor_kind": actor.kind, "client_id": actor.client_id}
    row = {"campaign_id": found.campaign_id, "action": action, "at": now, "details": dict(details)}
    await session.execute(_REMEMBER, row | who)


# What has been found out about a campaign is about what it was
UNCHECKED: Final[Mapping[str, Any]] = {
    "state": "draft",
    "checked_at": None,
    "check_report": None,
    "tested_at": None,
    "tested_channels": [],
    "links_checked_at": None,
}


def moved_to(state: State, **more: Any) -> dict[str, Any]:
    return {"state": state, "held_because": None, **more}
