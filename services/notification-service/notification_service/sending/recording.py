"""What becomes of a message that was taken up, with the events that tell it, in one transaction."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Update, update
from sqlalchemy.ext.asyncio import AsyncSession

from notification_service.clients import Receipt
from notification_service.errors import HeldBack, NotDelivered, ProviderUnavailable
from notification_service.notifying import service
from notification_service.notifying.models import notification, step
from notification_service.preferences.models import masked
from notification_service.sending.models import DueMessage, pause_after
from shared import outbox
from shared.db import Database
from shared.events import CloudEvent, NotificationFailed, NotificationSent
from shared.messaging.dead_letters import keep_event

# What nearly every message ends with: one statement by the driver's own connection. What has been sent is sent,
# whatever was decided meanwhile; it is told once, also when two have sent it or a receipt was here first.
_SENT: Final = """
    WITH sent AS (
        UPDATE notification
        SET status = 'sent', reason = NULL, sent_at = $3, sent_to = $4, provider_message_id = $5, template = $6,
            trail = trail || $7::jsonb
        WHERE citizen = $1 AND notification_id = ANY($2) AND sent_at IS NULL
        RETURNING notification_id
    )
    INSERT INTO outbox (event_id, name, payload)
    SELECT told.event_id, $8, told.payload::jsonb
    FROM unnest($2::uuid[], $9::uuid[], $10::text[]) AS told (notification_id, event_id, payload)
    JOIN sent USING (notification_id)
    RETURNING id
"""


async def record_sent(
    database: Database, due: DueMessage, receipt: Receipt, to: str, template: str, now: datetime
) -> bool:
    """Whether this was news."""
    ids, told = _told_sent(due, now)
    trail = [step("sent", now, to=masked(to), attempt=due.attempts, together=len(ids) if len(ids) > 1 else None)]
    row = (due.citizen, ids, now, masked(to), receipt.message_id, template, json.dumps(trail))
    events = (NotificationSent.name, [envelope.id for envelope in told], [envelope.to_json() for envelope in told])
    async with database.driver() as connection:
        kept = await connection.fetch(_SENT, *row, *events)
    outbox.wake(database.wakeups)
    return bool(kept)


def _told_sent(due: DueMessage, now: datetime) -> tuple[list[UUID], list[CloudEvent]]:
    ids = [part.notification_id for part in due.parts]
    return ids, [CloudEvent.wrap(NotificationSent(**event), now) for event in _told(due, now)]


async def record_dropped(database: Database, due: DueMessage, unwanted: dict[UUID, str], now: datetime) -> bool:
    """Of these notifications, each for its reason; whatever else the message carries waits on."""
    async with database.session() as session:
        for reason in dict.fromkeys(unwanted.values()):
            ids = [notification_id for notification_id, why in unwanted.items() if why == reason]
            await service.drop(session, reason, now, *_ours(due, ids))
    return True


async def record_failure(
    database: Database, due: DueMessage, error: NotDelivered, now: datetime, chance: float
) -> bool:
    """Tried again after a pause, or given up on this channel for the other one (V4)."""
    async with database.session() as session:
        if isinstance(error, HeldBack):
            return await _hold(session, due, error, now)
        pause = None
        if isinstance(error, ProviderUnavailable):
            pause = pause_after(due.attempts, error.retry_after, chance)
        if pause is None:
            return await _give_up(session, due, error, now)
        trail = [step("attempt-failed", now, reason=error.reason, attempt=due.attempts, until=now + pause)]
        return await _change(session, due, trail, status="waiting", reason=error.reason, due_at=now + pause)


async def _hold(session: AsyncSession, due: DueMessage, error: HeldBack, now: datetime) -> bool:
    """This was no attempt."""
    trail, waiting = [step("held", now, reason=error.reason, until=error.until)], {"status": "waiting"}
    return await _change(session, due, trail, **waiting, due_at=error.until, attempts=due.attempts - 1)


async def _give_up(session: AsyncSession, due: DueMessage, error: NotDelivered, now: datetime) -> bool:
    """A code is for one contact point, so there is no other way to send it."""
    trail = [step("failed", now, reason=error.reason, attempt=due.attempts)]
    if not await _change(session, due, trail, status="failed", reason=error.reason):
        return False
    told = [NotificationFailed(**event, reason=error.reason) for event in _told(due, now)]
    envelopes = [await outbox.add(session, event, now) for event in told]
    things = {part.notification_id: part.thing for part in due.parts}
    elsewhere = due.kind != "contact-confirmation" and await service.notify_instead(
        session, things, due.channel, due.settings, now
    )
    if not elsewhere and due.worth_replaying(error):
        for envelope in envelopes:
            await keep_event(session, envelope, error.reason, due.attempts)
    return True


async def _change(session: AsyncSession, due: DueMessage, trail: Sequence[dict[str, Any]], **values: Any) -> bool:
    """Unless it is no longer ours: dropped meanwhile, or taken up by another after the lease."""
    ids = [part.notification_id for part in due.parts]
    return (await session.execute(_held(due, ids).values(values | {"trail": service.added(trail)}))).first() is not None


def _held(due: DueMessage, ids: Sequence[UUID]) -> Update:
    return update(notification).where(*_ours(due, ids)).returning(notification.c.notification_id)


def _ours(due: DueMessage, ids: Sequence[UUID]) -> tuple[ColumnElement[bool], ...]:
    key = (notification.c.citizen == due.citizen, notification.c.notification_id.in_(ids))
    return (*key, notification.c.status == "sending", notification.c.attempts == due.attempts)


def _told(due: DueMessage, now: datetime) -> list[dict[str, Any]]:
    common = {"citizen": due.citizen, "category": due.category, "channel": due.channel, "at": now}
    return [common | {"notification_id": part.notification_id, "about": part.thing.about} for part in due.parts]
