"""Every SELECT about notifications, each for one citizen or for one message."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, RowMapping, Text, any_, bindparam, select, text, tuple_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from notification_service.notifying.models import SHARED, Circumstances, OpenMessage, Situation, Thing, notification
from notification_service.preferences.queries import settings_of
from shared.events.notification import Channel

# Until the end of the transaction: what a citizen is to be told is decided one thing at a time. With those who are
# told in their stead, in one order for all.
_LOCK: Final = text(
    """
    SELECT pg_advisory_xact_lock(key) FROM (
        SELECT hashtextextended(citizen, 0) AS key FROM (
            SELECT unnest(CAST(:citizens AS text[])) AS citizen
            UNION SELECT unnest(others) FROM recipients WHERE citizen = ANY(:citizens)
        ) concerned ORDER BY 1
    ) keys
    """
)

# Everything that decides what becomes of a thing, in one look
_SITUATION: Final = text(
    """
    SELECT s.language, s.phone, s.email, s.channels, s.quiet_hours, s.version,
           (SELECT reason FROM ended_thing WHERE citizen = :whose AND about = :about) AS ended,
           stop.stopped_at, stop.reinstated,
           (SELECT level FROM consent_level WHERE citizen = :citizen) AS level,
           (SELECT level FROM consent_level WHERE citizen = :whose) AS whose_level,
           CASE WHEN :citizen = :whose THEN r.themselves ELSE :citizen = ANY(r.others) END AS told, r.others,
           EXISTS (
               SELECT FROM notification
               WHERE citizen = :citizen AND about = :about AND kind = :kind AND occasion = :occasion
           ) AS notified
    FROM (SELECT) nothing
    LEFT JOIN notification_settings s ON s.citizen = :citizen
    LEFT JOIN tool_stop stop ON stop.tool_id = :tool_id
    LEFT JOIN recipients r ON r.citizen = :whose
    """
).columns(channels=JSONB)

# Not of what waits still, or was over before it was sent: nobody is told of the end of what they were not told of
_TOLD: Final = text(
    """
    SELECT EXISTS (
        SELECT FROM notification
        WHERE citizen = :citizen AND about = :about AND kind = 'tool-prescribed' AND status <> 'waiting'
              AND NOT (status = 'dropped' AND reason IN ('revoked', 'ended', 'expired', 'removed', 'tool-stopped'))
    )
    """
)

# The lock keeps the message from being taken up until what joins it is there to be taken along
_OPEN: Final = text(
    """
    SELECT message_id, due_at FROM notification
    WHERE citizen = :citizen AND channel = :channel AND kind = :kind AND (concerns IS NULL) = :own
          AND lane = 1 AND carrier AND status = 'waiting'
          AND attempts = 0 AND instead_of IS NULL AND message_id IS NOT NULL
    LIMIT 1 FOR UPDATE
    """
)

# What has lately been heard of, each once
_RECENT: Final = (
    select(*(notification.c[name] for name in Thing.__slots__))
    .where(notification.c.citizen == any_(bindparam("citizens", type_=ARRAY(Text))))
    .where(notification.c.concerns.is_(None), notification.c.kind.in_(SHARED))
    .where(notification.c.created_at > bindparam("since"))
    .distinct()
)

_SHOWN: Final = (
    notification.c.notification_id,
    notification.c.kind,
    notification.c.about,
    notification.c.concerns,
    notification.c.category,
    notification.c.channel,
    notification.c.sent_to,
    notification.c.status,
    notification.c.reason,
    notification.c.attempts,
    notification.c.created_at,
    notification.c.sent_at,
    notification.c.delivered_at,
    notification.c.message_id,
    notification.c.instead_of,
    notification.c.template,
    notification.c.trail,
)
_OWN: Final = select(*_SHOWN).where(notification.c.citizen == bindparam("citizen"))
_NEWEST: Final = _OWN.order_by(notification.c.created_at.desc(), notification.c.notification_id.desc()).limit(
    bindparam("count")
)
_NEXT: Final = _NEWEST.where(
    tuple_(notification.c.created_at, notification.c.notification_id)
    < tuple_(bindparam("moment"), bindparam("notification_id"))
)
_ONE: Final = _OWN.where(notification.c.notification_id == bindparam("notification_id"))


async def lock_citizens(session: AsyncSession, *citizens: str) -> None:
    await session.execute(_LOCK, {"citizens": citizens})


async def find_situation(session: AsyncSession, thing: Thing) -> Situation:
    names: dict[str, Any] = {"citizen": thing.citizen, "about": thing.about, "kind": thing.kind}
    names |= {"tool_id": thing.tool_id, "occasion": thing.occasion, "whose": thing.whose}
    row = (await session.execute(_SITUATION, names)).mappings().one()
    known = {name: row[name] for name in ("ended", "stopped_at", "reinstated", "level", "told", "whose_level")}
    return Situation(settings_of(row), Circumstances(**known), row["notified"], row["others"] or ())


async def find_recent_things(session: AsyncSession, citizens: Sequence[str], since: datetime) -> list[Thing]:
    """What these citizens have got and has been heard of since, whatever became of it."""
    rows = (await session.execute(_RECENT, {"citizens": citizens, "since": since})).mappings()
    return [Thing(**row) for row in rows]


async def is_told_of(session: AsyncSession, thing: Thing) -> bool:
    """Whether the citizen has been told that the thing was prescribed, or would have been but for their own doing."""
    told: bool = (await session.execute(_TOLD, {"citizen": thing.citizen, "about": thing.about})).scalar_one()
    return told


async def find_open_message(session: AsyncSession, thing: Thing, channel: Channel) -> OpenMessage | None:
    """One of the same kind that waits, for this thing to go with (V3); one's own apart from what is others'."""
    names = {"citizen": thing.citizen, "channel": channel, "kind": thing.kind, "own": thing.concerns is None}
    row = (await session.execute(_OPEN, names)).first()
    return OpenMessage(*row) if row else None


async def list_notifications(
    connection: AsyncConnection, citizen: str, after: tuple[datetime, UUID] | None, count: int
) -> Sequence[RowMapping]:
    """Newest first, after this position."""
    names: dict[str, Any] = {"citizen": citizen, "count": count}
    if after is None:
        return (await connection.execute(_NEWEST, names)).mappings().all()
    names |= {"moment": after[0], "notification_id": after[1]}
    return (await connection.execute(_NEXT, names)).mappings().all()


async def find_notification(connection: AsyncConnection, citizen: str, notification_id: UUID) -> RowMapping | None:
    names = {"citizen": citizen, "notification_id": notification_id}
    return (await connection.execute(_ONE, names)).mappings().first()
