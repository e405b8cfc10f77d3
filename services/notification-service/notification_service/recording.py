"""What becomes of a notification that was taken up, with the event that tells it, in one transaction."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Update, update
from sqlalchemy.ext.asyncio import AsyncSession

from notification_service import service
from notification_service.clients import Receipt
from notification_service.errors import NotDelivered, ProviderUnavailable
from notification_service.models import DueNotification, masked, notification, pause_after
from shared import outbox
from shared.db import Database
from shared.events import CloudEvent, NotificationFailed, NotificationSent

# What nearly every notification ends with: one statement by the driver's own connection. What has been sent is sent,
# whatever was decided meanwhile; it is told once, also when two have sent it.
_SENT: Final = """
    WITH sent AS (
        UPDATE notification
        SET status = 'sent', reason = NULL, sent_at = $3, sent_to = $4, provider_message_id = $5
        WHERE citizen = $1 AND notification_id = $2 AND status <> 'sent'
        RETURNING citizen
    )
    INSERT INTO outbox (event_id, name, payload) SELECT $6, $7, $8::jsonb FROM sent RETURNING id
"""


async def record_sent(database: Database, due: DueNotification, receipt: Receipt, to: str, now: datetime) -> bool:
    """Whether this was news."""
    envelope = CloudEvent.wrap(NotificationSent(**_told(due, now)), now)
    row = (due.thing.citizen, due.notification_id, now, masked(to), receipt.message_id)
    async with database.driver() as connection:
        told = await connection.fetchval(_SENT, *row, envelope.id, envelope.type, envelope.to_json())
    outbox.wake(database.wakeups)
    return told is not None


async def record_dropped(database: Database, due: DueNotification, reason: str) -> bool:
    async with database.session() as session:
        return await _change(session, due, status="dropped", reason=reason)


async def record_failure(
    database: Database, due: DueNotification, error: NotDelivered, now: datetime, chance: float
) -> bool:
    """Tried again after a pause, or given up on this channel for the other one (V4)."""
    pause = None
    if isinstance(error, ProviderUnavailable):
        pause = pause_after(due.attempts, error.retry_after, chance)
    async with database.session() as session:
        if pause is None:
            return await _give_up(session, due, error.reason, now)
        return await _change(session, due, status="waiting", reason=error.reason, due_at=now + pause)


async def _give_up(session: AsyncSession, due: DueNotification, reason: str, now: datetime) -> bool:
    recorded = await _change(session, due, status="failed", reason=reason)
    if recorded:
        await outbox.add(session, NotificationFailed(**_told(due, now), reason=reason), now)
        await service.notify_instead(session, due, now)
    return recorded


async def _change(session: AsyncSession, due: DueNotification, **values: Any) -> bool:
    """Unless it is no longer ours: dropped meanwhile, or taken up by another after the lease."""
    return (await session.execute(_held(due).values(values))).first() is not None


def _held(due: DueNotification) -> Update:
    key = (notification.c.citizen == due.thing.citizen, notification.c.notification_id == due.notification_id)
    ours = (notification.c.status == "sending", notification.c.attempts == due.attempts)
    return update(notification).where(*key, *ours).returning(notification.c.notification_id)


def _told(due: DueNotification, now: datetime) -> dict[str, Any]:
    thing = due.thing
    told = {"citizen": thing.citizen, "about": thing.about, "category": thing.category, "at": now}
    return told | {"notification_id": due.notification_id, "channel": due.channel}
