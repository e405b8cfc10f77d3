"""What follows its owner's change feed as well as the events: tools (K4, K6) and consent (S6), within seconds with the
broker down or the owner's relay standing still.
"""

from collections.abc import Callable
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from helsetilbud_api.citizen import queries, writing
from helsetilbud_api.citizen.handlers import change_levels
from helsetilbud_api.citizen.models import CONSENTS, TOOLS, Kind
from helsetilbud_api.clients.catalog import Changes
from helsetilbud_api.clients.consent import Consents
from shared.db import Database
from shared.events import LevelChanged
from shared.following import Feed, Follower
from shared.metrics import Metrics

# changes that those who have the tool are told about
_TOLD: Final[dict[str, Kind]] = {"stopped": "tool-withdrawn", "reinstated": "tool-reinstated"}


def follow_tools(database: Database, feed: Feed[Changes], metrics: Metrics) -> Follower[Changes]:
    """Told after the copies are right, because thousands may have to be; the page counts as read when they are."""
    return Follower(database, TOOLS, feed, [apply_tools, tell_of_tools], metrics)


async def apply_tools(session: AsyncSession, page: Changes) -> None:
    for change in page.items:
        if change.change == "stopped":
            await writing.apply_stop(session, change.sequence, change.tool_id, change.category)
        elif change.tool:
            await writing.apply_tool(session, change.sequence, change.tool)


async def tell_of_tools(session: AsyncSession, page: Changes) -> None:
    for change in page.items:
        if kind := _TOLD.get(change.change):
            await writing.tell_everybody(session, kind, change.tool_id, change.sequence, change.changed_at)


def follow_consents(
    database: Database, feed: Feed[Consents], metrics: Metrics, renew: Callable[[str], str]
) -> Follower[Consents]:
    """`renew` makes a reference under a replaced key the one that is in use."""

    async def apply_consents(session: AsyncSession, page: Consents) -> None:
        """Of those whose level is newer than the copy."""
        told = {renew(one.citizen): one for one in page.items}
        versions = await queries.consent_versions(session, list(told))
        events = [
            LevelChanged(citizen=citizen, version=one.version, changed_at=one.changed_at, level=one.level)
            for citizen, one in sorted(told.items())
            if one.changed_at and one.version > versions.get(citizen, 0)
        ]
        if events:
            await change_levels(session, events)

    return Follower(database, CONSENTS, feed, [apply_consents], metrics)
