"""What a relay and a consumer need of whatever carries messages."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

# Seconds before the second, third, fourth and fifth attempt; after that a message is a dead letter.
RETRY_LADDER: Final = (1, 10, 60, 600)


@dataclass(frozen=True, slots=True)
class Message:
    """An event on its way. `payload` is a CloudEvent in structured JSON."""

    event_id: UUID
    name: str
    payload: str


class Unroutable(Exception):
    """No consumer's queue takes this event (yet)."""


# Handles one message; returns when its effects are committed. Raises Rejected for what never can be handled.
Receive = Callable[[bytes | str], Awaitable[None]]


class Transport(Protocol):
    system: str  # what carries the messages, as spans name it

    async def publish(self, messages: Sequence[Message]) -> list[BaseException | None]:
        """Hands over a batch. One outcome a message: None when it is safe, else what happened to it."""

    async def consume(self, service: str, names: Sequence[str], receive: Receive, stop: asyncio.Event) -> None:
        """Receives these events for the service until stopped; survives the broker's and the database's absence."""

    async def close(self) -> None: ...
