"""Sends one message at once and not through the queue: whoever asks waits to know whether it went."""

import asyncio
from collections.abc import Mapping
from typing import Final

import structlog

from notification_service.clients import Message
from notification_service.errors import NotDelivered
from notification_service.sending.carriers import Carrier
from shared.events.notification import Channel

SECONDS: Final = 15.0

_logger = structlog.get_logger(__name__)


class AtOnce:
    def __init__(self, carriers: Mapping[Channel, Carrier]) -> None:
        self._carriers = carriers

    async def send(self, channel: Channel, message: Message) -> str | None:
        """None when the provider has taken it, and else why not. Whatever goes wrong is an outcome, and no failure of
        the request.
        """
        try:
            async with asyncio.timeout(SECONDS):
                await self._carriers[channel].channel.send(message)
        except NotDelivered as error:
            return error.reason
        except TimeoutError:
            return "timeout"
        except Exception as error:  # a fault of ours, in one message of several
            _logger.error("sending_failed", channel=channel, exc_info=error)
            return "internal-error"
        return None
