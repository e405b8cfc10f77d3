"""Every SELECT of this service, each for one citizen, and the one statement that takes up what is due."""

import json
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
from sqlalchemy import RowMapping, bindparam, select, text, tuple_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from notification_service.models import (
    Circumstances,
    CitizenSettings,
    DueNotification,
    Situation,
    Thing,
    notification,
    notification_settings,
)
from shared.correlation import Correlation
from shared.events.notification import Channel

_SETTINGS: Final = select(
    notification_settings.c.language,
    notification_settings.c.phone,
    notification_settings.c.email,
    notification_settings.c.channels,
    notification_settings.c.version,
).where(notification_settings.c.citizen == bindparam("citizen"))

# Everything that decides what becomes of a thing, in one look
_SITUATION: Final = text(
    """
    SELECT s.language, s.phone, s.email, s.channels,
           (SELECT reason FROM ended_thing WHERE citizen = :citizen AND about = :about) AS ended,
           (SELECT stopped_at FROM tool_stop WHERE tool_id = :tool_id) AS stopped_at,
           (SELECT level FROM consent_level WHERE citizen = :citizen) AS level,
           EXISTS (SELECT FROM notification WHERE citizen = :citizen AND about = :about AND kind = :kind) AS notified
    FROM (SELECT) nothing LEFT JOIN notification_settings s ON s.citizen = :citizen
    """
).columns(channels=JSONB)

_NEWEST: Final = (
    select(
        notification.c.notification_id,
        notification.c.kind,
        notification.c.about,
        notification.c.category,
        notification.c.channel,
        notification.c.sent_to,
        notification.c.status,
        notification.c.reason,
        notification.c.attempts,
        notification.c.created_at,
        notification.c.sent_at,
    )
    .where(notification.c.citizen == bindparam("citizen"))
    .order_by(notification.c.created_at.desc(), notification.c.notification_id.desc())
    .limit(bindparam("count"))
)
_NEXT: Final = _NEWEST.where(
    tuple_(notification.c.created_at, notification.c.notification_id)
    < tuple_(bindparam("moment"), bindparam("notification_id"))
)

# $1 channel, $2 now, $3 the end of the lease, $4 at most so many. Everything that decides whether and where to it is
# sent is read here, right before sending: what has happened since the notification was made counts.
_TAKE_DUE: Final = """
    WITH due AS (
        SELECT citizen, notification_id FROM notification
        WHERE channel = $1 AND status IN ('waiting', 'sending') AND due_at <= $2
        ORDER BY due_at LIMIT $4 FOR UPDATE SKIP LOCKED
    ), taken AS (
        UPDATE notification n SET status = 'sending', attempts = n.attempts + 1, due_at = $3
        FROM due WHERE n.citizen = due.citizen AND n.notification_id = due.notification_id
        RETURNING n.*
    )
    SELECT t.citizen, t.about, t.kind, t.category, t.tool_id, t.event_id, t.happened_at, t.notification_id, t.channel,
           t.instead_of, t.language, t.attempts, t.correlation::text, s.phone, s.email, s.channels::text,
           e.reason AS ended, stop.stopped_at, c.level
    FROM taken t
    LEFT JOIN notification_settings s USING (citizen)
    LEFT JOIN ended_thing e USING (citizen, about)
    LEFT JOIN tool_stop stop USING (tool_id)
    LEFT JOIN consent_level c USING (citizen)
"""
_THING: Final = tuple(part.name for part in fields(Thing))


async def find_settings(connection: AsyncConnection | AsyncSession, citizen: str) -> CitizenSettings:
    row = (await connection.execute(_SETTINGS, {"citizen": citizen})).first()
    return CitizenSettings(*row) if row else CitizenSettings()


async def find_situation(session: AsyncSession, thing: Thing) -> Situation:
    names = {"citizen": thing.citizen, "about": thing.about, "kind": thing.kind, "tool_id": thing.tool_id}
    row = (await session.execute(_SITUATION, names)).one()
    settings = CitizenSettings(row.language, row.phone, row.email, row.channels) if row.language else CitizenSettings()
    return Situation(settings, Circumstances(row.ended, row.stopped_at, row.level), row.notified)


async def list_notifications(
    connection: AsyncConnection, citizen: str, after: tuple[datetime, UUID] | None, count: int
) -> Sequence[RowMapping]:
    """Newest first, after this position."""
    names: dict[str, Any] = {"citizen": citizen, "count": count}
    if after is None:
        return (await connection.execute(_NEWEST, names)).mappings().all()
    names |= {"moment": after[0], "notification_id": after[1]}
    return (await connection.execute(_NEXT, names)).mappings().all()


async def take_due(
    connection: asyncpg.Connection, channel: Channel, now: datetime, lease: timedelta, count: int
) -> list[DueNotification]:
    """Takes upon this process to send what is due, until the lease ends. Two never take the same one."""
    return [_due(row) for row in await connection.fetch(_TAKE_DUE, channel, now, now + lease, count)]


def _due(row: asyncpg.Record) -> DueNotification:
    return DueNotification(
        thing=Thing(*(row[name] for name in _THING)),
        notification_id=row["notification_id"],
        channel=row["channel"],
        instead_of=row["instead_of"],
        language=row["language"],
        attempts=row["attempts"],
        correlation=Correlation(**json.loads(row["correlation"])),
        settings=CitizenSettings(phone=row["phone"], email=row["email"], channels=json.loads(row["channels"] or "{}")),
        circumstances=Circumstances(row["ended"], row["stopped_at"], row["level"]),
    )
