"""Use cases: being notified, and not being notified after all."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, bindparam, func, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession

from notification_service.notifying import queries
from notification_service.notifying.models import (
    BULK,
    OTHER,
    UNSENT,
    USUAL,
    Gathering,
    Placed,
    Situation,
    Thing,
    notification,
    step,
)
from notification_service.preferences.models import CitizenSettings
from shared.correlation import current
from shared.db import wake_after_commit
from shared.events.notification import Channel

# Longer than an event can take that is tried again by itself
HEARD_OF_LATE: Final = timedelta(hours=1)

_INSERT: Final = insert(notification).on_conflict_do_nothing(constraint="notification_once")
_INSERT_ONE: Final = _INSERT.returning(notification.c.notification_id)

# Of what still waits in a message whose carrier is gone, the first carries the rest
_HEIRS: Final = text(
    """
    UPDATE notification n SET carrier = true
    FROM (
        SELECT DISTINCT ON (w.citizen, w.message_id) w.citizen, w.notification_id
        FROM unnest(CAST(:citizens AS text[]), CAST(:messages AS uuid[])) AS left_behind (citizen, message_id)
        JOIN notification w USING (citizen, message_id)
        WHERE w.status IN ('waiting', 'sending') AND NOT EXISTS (
            SELECT FROM notification o WHERE o.citizen = w.citizen AND o.message_id = w.message_id AND o.carrier
                                             AND o.status IN ('waiting', 'sending')
        )
        ORDER BY w.citizen, w.message_id, w.happened_at, w.notification_id
    ) heir
    WHERE n.citizen = heir.citizen AND n.notification_id = heir.notification_id
    """
)


def wakeup_channel(channel: Channel) -> str:
    return f"notification_{channel}"


def added(steps: Sequence[Mapping[str, Any]]) -> ColumnElement[Any]:
    """The trail with these steps at its end."""
    return notification.c.trail.op("||")(bindparam(None, list(steps), JSONB))


async def notify(session: AsyncSession, thing: Thing, now: datetime, gathering: Gathering) -> None:
    """One notification on each channel that the citizen has chosen, and those who act for them (V1), once for a thing
    (V3).

    What is not to be sent becomes a row all the same, so that it can be answered why nothing came.
    """
    await queries.lock_citizens(session, thing.citizen)
    situation = await queries.find_situation(session, thing)
    if situation.notified:
        return
    against = situation.circumstances.against(thing, now)
    await _notify_one(session, thing, situation, against, now, gathering)
    if against in (None, "told-others"):
        await _notify_others(session, thing, situation.others, now, gathering)


async def _notify_others(
    session: AsyncSession, thing: Thing, others: Sequence[str], now: datetime, gathering: Gathering
) -> None:
    """Who may not be told of it after all has nothing of it in their history."""
    if not thing.open_to_others:
        return
    for other in others:
        told = thing.told_to(other)
        if thing.kind == "tool-closed" and not await queries.is_told_of(session, told):
            continue
        situation = await queries.find_situation(session, told)
        against = situation.circumstances.against(told, now)
        if not situation.notified and against != "no-longer-acting":
            await _notify_one(session, told, situation, against, now, gathering)


async def notify_anew(session: AsyncSession, citizens: Sequence[str], now: datetime, gathering: Gathering) -> None:
    """Those of whom it is heard only now that they act for these citizens, of what has just happened: a prescription
    may be heard of before what prescribing has brought to light (S5). They are locked.
    """
    for thing in await queries.find_recent_things(session, citizens, now - HEARD_OF_LATE):
        situation = await queries.find_situation(session, thing)
        if situation.circumstances.against(thing, now) in (None, "told-others"):
            await _notify_others(session, thing, situation.others, now, gathering)


async def _notify_one(
    session: AsyncSession,
    thing: Thing,
    situation: Situation,
    against: str | None,
    now: datetime,
    gathering: Gathering,
) -> None:
    settings = situation.settings
    reachable = settings.reachable(thing.category)
    if against or not reachable:
        reason = against or settings.why_unreachable(thing.category)
        rows = [_dropped(thing, settings, channel, reason, now) for channel in reachable or (None,)]
    else:
        rows = [
            _waiting(thing, settings, await _place(session, thing, settings, channel, now, gathering), now)
            for channel in reachable
        ]
    await session.execute(_INSERT, rows)
    wake(session, rows, now)


async def notify_of_end(session: AsyncSession, thing: Thing, now: datetime, gathering: Gathering) -> None:
    """V1. Nothing when the citizen was not told that it had begun."""
    await queries.lock_citizens(session, thing.citizen)
    if await queries.is_told_of(session, thing):
        await notify(session, thing, now, gathering)


async def _place(
    session: AsyncSession,
    thing: Thing,
    settings: CitizenSettings,
    channel: Channel,
    now: datetime,
    gathering: Gathering,
) -> Placed:
    """With one of the same kind that waits already, or in a message of its own (V3)."""
    if gathering.on and (message := await queries.find_open_message(session, thing, channel)):
        return Placed(channel, message.message_id, message.due_at, carrier=False)
    return Placed(channel, uuid4(), settings.earliest(channel, gathering.due(now), urgent=False))


async def notify_instead(
    session: AsyncSession, things: Mapping[UUID, Thing], failed: Channel, settings: CitizenSettings, now: datetime
) -> bool:
    """By the other channel, if the citizen can be reached by it and it has not been used for the same thing (V4).

    `things` by the notification that failed. Returns whether anything goes out after all.
    """
    channel = OTHER[failed]
    if not settings.contact_point(channel):
        return False
    message_id, rows = uuid4(), list[dict[str, Any]]()
    for notification_id, thing in things.items():
        due = settings.earliest(channel, now, urgent=thing.urgent)
        placed = Placed(channel, message_id, due, carrier=not rows)
        row = _waiting(thing, settings, placed, now) | {"instead_of": notification_id}
        if (await session.execute(_INSERT_ONE, row)).first() is not None:
            rows.append(row)
    wake(session, rows, now)
    return bool(rows)


def _waiting(thing: Thing, settings: CitizenSettings, placed: Placed, now: datetime) -> dict[str, Any]:
    trail = [step("created", now, channel=placed.channel)]
    if not placed.carrier:
        trail.append(step("gathered", now, until=placed.due_at))
    elif placed.due_at > now:
        trail.append(step("held", now, until=placed.due_at, reason=_why_later(settings, placed.channel, now)))
    where = {"channel": placed.channel, "message_id": placed.message_id, "carrier": placed.carrier}
    return _row(thing, settings.language, now) | where | {"status": "waiting", "due_at": placed.due_at, "trail": trail}


def _why_later(settings: CitizenSettings, channel: Channel, now: datetime) -> str:
    return "gathering" if settings.earliest(channel, now, urgent=False) == now else "quiet-hours"


def _dropped(
    thing: Thing, settings: CitizenSettings, channel: Channel | None, reason: str, now: datetime
) -> dict[str, Any]:
    trail = [step("created", now, channel=channel), step("dropped", now, reason=reason)]
    where = {"channel": channel, "status": "dropped", "reason": reason, "trail": trail}
    return _row(thing, settings.language, now) | where


def _row(thing: Thing, language: str, now: datetime) -> dict[str, Any]:
    own_id = uuid4()
    new = {"language": language, "attempts": 0, "created_at": now, "due_at": now, "instead_of": None, "reason": None}
    ids = {
        "notification_id": own_id,
        "message_id": own_id,
        "carrier": True,
        "lane": BULK if thing.campaign_id else USUAL,
    }
    return {**asdict(thing), **new, **ids, "correlation": asdict(current())}


def wake(session: AsyncSession, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Those who send, for what is due at once; the rest their next look finds."""
    due = {row["channel"] for row in rows if row["status"] == "waiting" and row["due_at"] <= now}
    wake_after_commit(session, *map(wakeup_channel, due))


async def drop(session: AsyncSession, reason: str, now: datetime, *which: ColumnElement[bool]) -> None:
    """Nothing of these goes out any more. One on its way at this moment is recorded as sent if it gets there."""
    values = {"status": "dropped", "reason": reason, "trail": added([step("dropped", now, reason=reason)])}
    dropped = update(notification).where(notification.c.status.in_(UNSENT), *which).values(values)
    rows = (await session.execute(dropped.returning(notification.c.citizen, notification.c.message_id))).all()
    if rows:
        names = {"citizens": [row.citizen for row in rows], "messages": [row.message_id for row in rows]}
        await session.execute(_HEIRS, names)


async def take_back_drop(session: AsyncSession, reason: str, now: datetime, *which: ColumnElement[bool]) -> None:
    """For what was dropped because news had come in the wrong order. Each goes in a new message of its own."""
    dropped = (notification.c.status == "dropped", notification.c.reason == reason, notification.c.channel.is_not(None))
    anew = {"status": "waiting", "reason": None, "due_at": now, "attempts": 0, "carrier": True}
    trail = added([step("taken-up-again", now)])
    change = update(notification).where(*dropped, *which)
    await session.execute(change.values(anew | {"message_id": func.gen_random_uuid(), "trail": trail}))
    wake_after_commit(session, *map(wakeup_channel, OTHER))
