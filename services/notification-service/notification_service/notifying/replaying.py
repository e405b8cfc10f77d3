"""What a replay of a notification's own dead letter does: it is sent after all, from the first attempt on (V4)."""

from typing import Final

from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession

from notification_service.notifying import service
from notification_service.notifying.models import notification, step
from shared.events import NotificationFailed
from shared.messaging import Delivery, Handlers


async def on_failure_replayed(session: AsyncSession, event: NotificationFailed, delivery: Delivery) -> None:
    """Under a new id towards the provider: what an operator has sent again is meant to be sent again."""
    own = (notification.c.citizen == event.citizen, notification.c.notification_id == event.notification_id)
    anew = {"status": "waiting", "reason": None, "attempts": 0, "due_at": delivery.now, "carrier": True}
    trail = service.added([step("replayed", delivery.now, by="operator")])
    change = update(notification).where(*own, notification.c.status == "failed")
    await session.execute(change.values(anew | {"message_id": func.gen_random_uuid(), "trail": trail}))
    service.wake(session, [{"channel": event.channel, "status": "waiting", "due_at": delivery.now}], delivery.now)


REPLAY_HANDLERS: Final[Handlers] = {NotificationFailed: [on_failure_replayed]}
