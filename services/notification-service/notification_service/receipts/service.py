"""Use case: a provider tells what became of messages (V4)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, update
from sqlalchemy.ext.asyncio import AsyncSession

from notification_service.notifying import service as notifying
from notification_service.notifying.models import Thing, notification, step
from notification_service.preferences.queries import find_settings
from notification_service.receipts import queries
from notification_service.receipts.models import ReceiptLine, Sent
from shared import outbox
from shared.events import NotificationFailed, NotificationSent
from shared.events.envelope import Event
from shared.events.notification import Channel

UNDELIVERABLE = "undeliverable"


@dataclass(frozen=True, slots=True)
class Accounted:
    """Of the receipts: how many changed something, and how many are about messages that are not ours."""

    changed: int
    unknown: int


async def take_receipts(
    session: AsyncSession, channel: Channel, lines: Sequence[ReceiptLine], now: datetime
) -> Accounted:
    """Each in the order of the provider's clock; what is known already changes nothing."""
    rows = await queries.find_of_messages(session, list({line.message_id for line in lines}), channel)
    of_message = defaultdict(list)
    for row in rows:
        of_message[row["message_id"]].append(row)
    changed = 0
    for line in sorted(lines, key=lambda line: line.at):
        found = of_message[line.message_id]
        concerned = [row for row in found if _sent(row).changed_by(line)]
        changed += bool(concerned)
        if concerned:
            await _apply(session, channel, line, concerned, now)
            fresh = await queries.find_of_messages(session, [line.message_id], channel)
            of_message[line.message_id] = list(fresh)
    return Accounted(changed, sum(not of_message[line.message_id] for line in lines))


def _sent(row: RowMapping) -> Sent:
    return Sent(**{name: row[name] for name in Sent.__slots__})


async def _apply(
    session: AsyncSession, channel: Channel, line: ReceiptLine, rows: Sequence[RowMapping], now: datetime
) -> None:
    arrived = line.status == "delivered"
    trail = [step(line.status, line.at, receipt=line.receipt_id)]
    for row in rows:
        values: dict[str, Any] = {"status": "delivered", "reason": None, "delivered_at": line.at}
        if not arrived:
            values = {"status": "failed", "reason": UNDELIVERABLE}
        # with a time of sending it is not recorded as sent once more by whoever is just doing that
        values |= {"sent_at": row["sent_at"] or line.at, "trail": notifying.added(trail)}
        await session.execute(update(notification).where(*_key(row)).values(values))
    await outbox.add_all(session, _told(channel, line, rows, now), now)
    if not arrived and rows[0]["kind"] != "contact-confirmation":
        await _try_the_other(session, channel, rows, now)


def _key(row: RowMapping) -> tuple[Any, ...]:
    return notification.c.citizen == row["citizen"], notification.c.notification_id == row["notification_id"]


def _told(channel: Channel, line: ReceiptLine, rows: Sequence[RowMapping], now: datetime) -> list[Event]:
    """That it was sent, where a receipt came before our own record; that it failed, where it did."""
    names = ("notification_id", "citizen", "about", "category")
    news = [{name: row[name] for name in names} | {"channel": channel, "at": now} for row in rows]
    if line.status == "undelivered":
        return [NotificationFailed(**event, reason=UNDELIVERABLE) for event in news]
    return [NotificationSent(**event) for event, row in zip(news, rows, strict=True) if row["sent_at"] is None]


async def _try_the_other(session: AsyncSession, failed: Channel, rows: Sequence[RowMapping], now: datetime) -> None:
    things: dict[UUID, Thing] = {row["notification_id"]: _thing(row) for row in rows}
    settings = await find_settings(session, rows[0]["citizen"])
    await notifying.notify_instead(session, things, failed, settings, now)


def _thing(row: RowMapping) -> Thing:
    return Thing(**{name: row[name] for name in Thing.__slots__})
