"""A test sending (V6): a few addresses get the campaign word for word, so that somebody has seen it as it arrives.

Sent at once and not through the queue: whoever asks wants to know whether it went.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from notification_service.campaigns import queries
from notification_service.campaigns.errors import TooManyTests
from notification_service.campaigns.models import Actor, Campaign
from notification_service.campaigns.writing import change, take
from notification_service.clients import Message
from notification_service.errors import NotDelivered
from notification_service.preferences.models import masked
from notification_service.sending.carriers import Carrier
from shared.db import Database
from shared.errors import PreconditionFailed
from shared.events.notification import Channel

MOST_AN_HOUR: Final = 20
_SECONDS: Final = 15.0


@dataclass(frozen=True, slots=True)
class Trial:
    channel: Channel
    to: str
    language: str


@dataclass(frozen=True, slots=True)
class Tried:
    """`reason` is None when it went."""

    trial: Trial
    reason: str | None

    @property
    def to(self) -> str:
        return masked(self.trial.to)


class Trying:
    def __init__(self, database: Database, carriers: Mapping[Channel, Carrier], pages_url: str) -> None:
        self._database, self._carriers, self._pages_url = database, carriers, pages_url

    async def run(self, campaign_id: UUID, actor: Actor, trials: Sequence[Trial], now: datetime) -> list[Tried]:
        """Counted before they are sent. Raises NotFound, NotPossibleNow, TooManyTests or PreconditionFailed."""
        found = await self._count(campaign_id, actor, len(trials), now)
        tried = await asyncio.gather(*(self._send(found, trial) for trial in trials))
        if any(one.reason is None for one in tried):
            await self._record(found, actor, tried, now)
        return tried

    async def _count(self, campaign_id: UUID, actor: Actor, count: int, now: datetime) -> Campaign:
        async with self._database.session() as session:
            found = await take(session, campaign_id, actor.organisation)
            found.check_possible("test")
            if await queries.count_tests(session, campaign_id, now - timedelta(hours=1)) + count > MOST_AN_HOUR:
                raise TooManyTests()
            return await change(session, found, actor, "test", now, details={"count": count})

    async def _send(self, found: Campaign, trial: Trial) -> Tried:
        words = found.letter.words(trial.channel, trial.language, self._pages_url)
        message = Message(uuid4(), trial.to, words.subject, words.text, trial.language)
        try:
            async with asyncio.timeout(_SECONDS):
                await self._carriers[trial.channel].channel.send(message)
        except NotDelivered as error:
            return Tried(trial, error.reason)
        except TimeoutError:
            return Tried(trial, "timeout")
        return Tried(trial, None)

    async def _record(self, seen: Campaign, actor: Actor, tried: Sequence[Tried], now: datetime) -> None:
        """Only of what the campaign still is."""
        sent = [{"channel": one.trial.channel, "language": one.trial.language} for one in tried if one.reason is None]
        async with self._database.session() as session:
            found = await take(session, seen.campaign_id, actor.organisation)
            if found.version != seen.version:
                raise PreconditionFailed()
            await change(session, found, actor, "tested", now, tested_at=now, details={"sent": sent})
