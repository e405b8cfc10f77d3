"""Use cases: choosing how to be notified, being notified, and not being notified after all."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import ColumnElement, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from notification_service import queries
from notification_service.errors import ContactPointMissing
from notification_service.models import (
    OTHER,
    UNSENT,
    CitizenSettings,
    DueNotification,
    Status,
    Thing,
    notification,
    notification_settings,
)
from shared.correlation import current
from shared.db import wake_after_commit
from shared.errors import PreconditionFailed
from shared.events.notification import Channel
from shared.http import etag_matches

_VALUES: Final = insert(notification_settings)
# In one statement: the second of two who change the same version waits for the first's commit and then finds nothing.
_CHANGE: Final = _VALUES.on_conflict_do_update(
    index_elements=[notification_settings.c.citizen],
    set_={c.name: _VALUES.excluded[c.name] for c in notification_settings.c if c.name != "citizen"},
    where=notification_settings.c.version == _VALUES.excluded.version - 1,
).returning(notification_settings.c.version)

_INSERT: Final = insert(notification).on_conflict_do_nothing(constraint="notification_once")


def wakeup_channel(channel: Channel) -> str:
    return f"notification_{channel}"


async def change_settings(
    session: AsyncSession, citizen: str, wanted: CitizenSettings, if_match: str, now: datetime
) -> CitizenSettings:
    """`wanted.version` is ignored. Raises ContactPointMissing or PreconditionFailed."""
    _check_contact_points(wanted)
    known = await queries.find_settings(session, citizen)
    if not etag_matches(if_match, known.etag):
        raise PreconditionFailed()
    changed = CitizenSettings(wanted.language, wanted.phone, wanted.email, wanted.channels, known.version + 1)
    row = asdict(changed) | {"citizen": citizen, "changed_at": now}
    if (await session.execute(_CHANGE, row)).first() is None:
        raise PreconditionFailed()
    return changed


def _check_contact_points(wanted: CitizenSettings) -> None:
    for channel in {channel for chosen in wanted.channels.values() for channel in chosen}:
        if wanted.contact_point(channel) is None:
            raise ContactPointMissing(channel=channel)


async def notify(session: AsyncSession, thing: Thing, now: datetime) -> None:
    """One notification on each channel that the citizen has chosen (V1), once for a thing (V3).

    What is not to be sent becomes a row all the same, so that it can be answered why nothing came.
    """
    situation = await queries.find_situation(session, thing)
    if situation.notified:
        return
    settings = situation.settings
    against = situation.circumstances.against(thing.happened_at)
    reachable = [channel for channel in settings.chosen(thing.category) if settings.contact_point(channel)]
    common = _common(thing, settings.language, now)
    if reachable:
        await _add(session, [common | _on(channel, against) for channel in reachable])
    else:
        await _add(session, [common | _on(None, against or "no-channel")])


async def notify_instead(session: AsyncSession, due: DueNotification, now: datetime) -> None:
    """By the other channel, if the citizen can be reached by it (V4).

    If it has been used for this thing already, nothing is added.
    """
    other = OTHER[due.channel]
    if due.settings.contact_point(other):
        common = _common(due.thing, due.language, now) | {"instead_of": due.notification_id}
        await _add(session, [common | _on(other, None)])


def _common(thing: Thing, language: str, now: datetime) -> dict[str, Any]:
    new = {"language": language, "attempts": 0, "created_at": now, "due_at": now, "instead_of": None}
    return {**asdict(thing), **new, "correlation": asdict(current())}


def _on(channel: Channel | None, reason: str | None) -> dict[str, Any]:
    status: Status = "dropped" if reason else "waiting"
    return {"notification_id": uuid4(), "channel": channel, "status": status, "reason": reason}


async def _add(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    await session.execute(_INSERT, rows)
    _wake(session, *(row["channel"] for row in rows if row["status"] == "waiting"))


def _wake(session: AsyncSession, *channels: Channel) -> None:
    wake_after_commit(session, *map(wakeup_channel, channels))


async def drop(session: AsyncSession, reason: str, *which: ColumnElement[bool]) -> None:
    """Nothing of these goes out any more. One on its way at this moment is recorded as sent if it gets there."""
    await session.execute(
        update(notification).where(notification.c.status.in_(UNSENT), *which).values(status="dropped", reason=reason)
    )


async def take_back_drop(session: AsyncSession, reason: str, now: datetime, *which: ColumnElement[bool]) -> None:
    """For what was dropped because news had come in the wrong order."""
    dropped = (notification.c.status == "dropped", notification.c.reason == reason, notification.c.channel.is_not(None))
    await session.execute(
        update(notification).where(*dropped, *which).values(status="waiting", reason=None, due_at=now)
    )
    _wake(session, *OTHER)
