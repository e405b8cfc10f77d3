"""What carries a message to the citizen. Each provider is one small adapter with the same face."""

from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Message:
    """`message_id` is also the provider's idempotency key: the same message again has the same."""

    message_id: UUID
    to: str = field(repr=False)
    subject: str
    text: str
    language: str
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """`message_id` is the provider's own name for the message, where it gave one."""

    message_id: str | None


class Channel(Protocol):
    async def send(self, message: Message) -> Receipt:
        """Returns when the provider has taken the message. Raises MessageRefused or ProviderUnavailable."""
