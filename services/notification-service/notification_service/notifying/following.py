"""What is known of consent and of stops follows its owner's change feed as well as the events.

Nothing but confirmation codes is sent while it is older than COPY_TRUSTED (sending.queries): who has withdrawn is not
written to because an event stands still, and while an owner is away messages wait.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from notification_service.clients.feeds import Consents, ToolChanges
from notification_service.notifying import copying
from notification_service.notifying.models import Gathering
from shared.db import Database
from shared.following import Feed, Follower
from shared.messaging.delivery import Clock
from shared.metrics import Metrics

TOOLS: Final = "tools"
CONSENTS: Final = "consents"
FOLLOW_SECONDS: Final = 3.0
# some readings may fail before anything has to wait
COPY_TRUSTED: Final = timedelta(seconds=15)


def follow_consents(
    database: Database,
    feed: Feed[Consents],
    metrics: Metrics,
    renew: Callable[[str], str],
    clock: Clock,
    gathering: Gathering,
) -> Follower[Consents]:
    """`renew` makes a reference under a replaced key the one that is in use."""

    async def apply_levels(session: AsyncSession, page: Consents) -> None:
        names = {"level", "version", "changed_at"}
        told = {renew(one.citizen): one.model_dump(include=names) for one in page.items if one.changed_at}
        rows = [row | {"citizen": citizen} for citizen, row in told.items()]
        if rows:
            await copying.change_levels(session, rows, clock(), gathering)

    async def apply_recipients(session: AsyncSession, page: Consents) -> None:
        told = {renew(one.citizen): one.recipients for one in page.items}
        rows = [
            one.model_dump() | {"citizen": citizen, "others": [renew(other) for other in one.others]}
            for citizen, one in told.items()
        ]
        if rows:
            await copying.change_recipients(session, rows, clock(), gathering)

    async def apply_reservations(session: AsyncSession, page: Consents) -> None:
        told: dict[tuple[str, str], dict[str, Any]] = {
            (citizen, reservation.kind): reservation.model_dump() | {"citizen": citizen}
            for citizen, one in ((renew(one.citizen), one) for one in page.items)
            for reservation in one.reservations
        }
        if told:
            await copying.change_reservations(session, list(told.values()), clock())

    return Follower(database, CONSENTS, feed, [apply_levels, apply_recipients, apply_reservations], metrics)


def follow_tools(database: Database, feed: Feed[ToolChanges], metrics: Metrics, clock: Clock) -> Follower[ToolChanges]:
    async def apply_stops(session: AsyncSession, page: ToolChanges) -> None:
        for change in page.items:
            if change.change == "stopped":
                await copying.stop_tool(session, change.tool_id, change.sequence, change.changed_at, clock())
            elif change.change == "reinstated":
                await copying.reinstate_tool(session, change.tool_id, change.sequence)

    return Follower(database, TOOLS, feed, [apply_stops], metrics)
