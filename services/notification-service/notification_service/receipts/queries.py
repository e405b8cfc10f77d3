"""The notifications that a provider's receipts are about, locked until they are changed."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import RowMapping, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from notification_service.notifying.models import notification
from shared.events.notification import Channel

_OF_MESSAGES: Final = (
    select(notification)
    .where(notification.c.message_id.in_(bindparam("messages", expanding=True)))
    .where(notification.c.channel == bindparam("channel"))
    .order_by(notification.c.citizen, notification.c.notification_id)
    .with_for_update()
)


async def find_of_messages(session: AsyncSession, messages: Sequence[UUID], channel: Channel) -> Sequence[RowMapping]:
    """In one order for all, so that two who ask do not wait for each other in a ring."""
    return (await session.execute(_OF_MESSAGES, {"messages": messages, "channel": channel})).mappings().all()
