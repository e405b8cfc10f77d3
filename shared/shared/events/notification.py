"""What notification-service tells about what it sent."""

from typing import ClassVar, Literal
from uuid import UUID

from shared.events.envelope import Event
from shared.schemas import Timestamp

Channel = Literal["sms", "email"]


class _NotificationEvent(Event):
    """`about` is the id of what the notification was about, such as a prescription."""

    name: ClassVar[str] = ""

    notification_id: UUID
    citizen: str
    about: str
    channel: Channel
    category: str
    at: Timestamp

    @property
    def subject(self) -> str:
        return str(self.notification_id)


class NotificationSent(_NotificationEvent):
    name = "notification.sent.v1"


class NotificationFailed(_NotificationEvent):
    """Given up on this channel; `reason` is a code, never a provider's text."""

    name = "notification.failed.v1"

    reason: str
