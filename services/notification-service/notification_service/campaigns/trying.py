"""A test sending (V6): a few people at the organisation get the campaign word for word, so that somebody has seen it as
it arrives.

Sent at once and not through the queue: whoever asks wants to know whether it went. The trail of it is there before it
is sent, and says afterwards what became of it; of an address it has a keyed digest (0053).
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from sqlalchemy import bindparam, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from notification_service.access import Actor
from notification_service.campaigns import queries
from notification_service.campaigns.errors import TooManyTests
from notification_service.campaigns.models import SENT, Campaign, test_sending
from notification_service.campaigns.writing import change, take
from notification_service.clients import Message
from notification_service.digests import Digests
from notification_service.errors import NotDelivered
from notification_service.preferences.models import masked
from notification_service.quotas import Quotas
from notification_service.sending.at_once import AtOnce
from notification_service.testers.errors import TestRecipientUnconfirmed
from notification_service.testers.queries import find_confirmed
from notification_service.testers.service import UNDER_WAY, id_for
from shared import idempotency
from shared.db import Database
from shared.errors import PreconditionFailed
from shared.events.notification import Channel
from shared.idempotency import Answer, IdempotencyInProgress, Repeatable

MOST_AN_HOUR: Final = 20

_BEGIN: Final = insert(test_sending)
# one that nobody has seen the end of is begun again, under the same id
_BEGIN_ONCE: Final = _BEGIN.on_conflict_do_update(
    index_elements=[test_sending.c.test_sending_id],
    set_={"at": _BEGIN.excluded.at},
    where=test_sending.c.at < _BEGIN.excluded.at - UNDER_WAY,
).returning(test_sending.c.test_sending_id)
_END: Final = (
    update(test_sending)
    .where(test_sending.c.test_sending_id == bindparam("own_id"))
    .values(outcome=bindparam("became"))
)


@dataclass(frozen=True, slots=True)
class Trial:
    """`pointer` is where in the request it is."""

    channel: Channel
    to: str
    language: str
    pointer: str


@dataclass(frozen=True, slots=True)
class Tried:
    """`reason` is None when it went."""

    trial: Trial
    reason: str | None

    @property
    def to(self) -> str:
        return masked(self.trial.to)


@dataclass(frozen=True, slots=True)
class Test:
    """One request, and who makes it. `answer` makes what is told of its outcome."""

    __test__ = False  # pytest would take it for tests

    campaign_id: UUID
    actor: Actor
    trials: Sequence[Trial]
    repeat: Repeatable | None
    answer: Callable[[Sequence[Tried]], Answer]


class Trying:
    def __init__(self, database: Database, at_once: AtOnce, pages_url: str, digests: Digests, quotas: Quotas) -> None:
        self._database, self._at_once, self._pages_url = database, at_once, pages_url
        self._digests, self._quotas = digests, quotas

    async def run(self, test: Test, now: datetime) -> tuple[Answer, bool]:
        """The answer, and whether it was given before. Counted and written down before anything is sent.

        Raises NotFound, NotPossibleNow, TestRecipientUnconfirmed, TooManyTests, RateLimitExceeded,
        IdempotencyInProgress or PreconditionFailed.
        """
        ids = [uuid5(id_for(test.repeat), str(place)) for place in range(len(test.trials))]
        async with self._database.session() as session:
            if stored := await idempotency.claim(session, test.repeat):
                return stored, True
            found = await self._begin(session, test, ids, now)
        sending = (self._send(found, own_id, trial) for own_id, trial in zip(ids, test.trials, strict=True))
        tried = await asyncio.gather(*sending)
        return await self._end(test, found, ids, tried, now), False

    async def _begin(self, session: AsyncSession, test: Test, ids: Sequence[UUID], now: datetime) -> Campaign:
        found = await take(session, test.campaign_id, test.actor.organisation)
        found.check_possible("test")
        digests = [self._digests.of(trial.channel, trial.to) for trial in test.trials]
        confirmed = await find_confirmed(session, found.organisation, digests, now)
        pairs = list(zip(test.trials, digests, strict=True))
        if unconfirmed := [trial.pointer for trial, digest in pairs if digest not in confirmed]:
            raise TestRecipientUnconfirmed(unconfirmed=unconfirmed)
        count = len(test.trials)
        if await queries.count_tests(session, test.campaign_id, now - timedelta(hours=1)) + count > MOST_AN_HOUR:
            raise TooManyTests()
        self._quotas.tests(found.organisation, (test.actor.kind, test.actor.name), count)
        rows = [_row(found, test.actor, *pair, own_id, now) for own_id, pair in zip(ids, pairs, strict=True)]
        if len((await session.execute(_BEGIN_ONCE, rows)).all()) < count:
            raise IdempotencyInProgress()
        return await change(session, found, test.actor, "test", now, details={"count": count})

    async def _send(self, found: Campaign, own_id: UUID, trial: Trial) -> Tried:
        try:
            words = found.letter.words(trial.channel, trial.language, self._pages_url)
        except NotDelivered as error:
            return Tried(trial, error.reason)
        message = Message(own_id, trial.to, words.subject, words.text, trial.language)
        return Tried(trial, await self._at_once.send(trial.channel, message))

    async def _end(
        self, test: Test, seen: Campaign, ids: Sequence[UUID], tried: Sequence[Tried], now: datetime
    ) -> Answer:
        """What became of each is kept in any case, and counts for the campaign unless it has been changed meanwhile."""
        ended = [{"own_id": i, "became": one.reason or SENT} for i, one in zip(ids, tried, strict=True)]
        answer = test.answer(tried)
        async with self._database.session() as session:
            await session.execute(_END, ended)
            found = await take(session, seen.campaign_id, test.actor.organisation)
            unchanged = (found.state, found.checked_at) == (seen.state, seen.checked_at)
            if unchanged:
                await _count(session, found, test.actor, tried, now)
                await idempotency.keep(session, test.repeat, answer)
        if not unchanged:
            raise PreconditionFailed()
        return answer


async def _count(session: AsyncSession, found: Campaign, actor: Actor, tried: Sequence[Tried], now: datetime) -> None:
    sent = [one.trial for one in tried if one.reason is None]
    if not sent:
        return
    channels = sorted({*found.tested_channels, *(trial.channel for trial in sent)})
    details = {"sent": [{"channel": trial.channel, "language": trial.language} for trial in sent]}
    await change(session, found, actor, "tested", now, tested_at=now, tested_channels=channels, details=details)


def _row(found: Campaign, actor: Actor, trial: Trial, digest: bytes, own_id: UUID, now: datetime) -> dict[str, Any]:
    who = {"actor": actor.name, "actor_kind": actor.kind, "client_id": actor.client_id}
    what = {"test_sending_id": own_id, "campaign_id": found.campaign_id, "organisation": found.organisation}
    return who | what | {"channel": trial.channel, "language": trial.language, "address": digest, "at": now}
