"""Sends what waits: takes it up, commits, calls the provider with no database connection held, records the outcome.

Killed between the call and the record, the message is due again when its lease runs out, and is sent once more under
the same id: the SMS gateway makes one message of the two, an e-mail may come twice (at least once, same Message-ID).
Several replicas may run this; each message is taken up by one.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

import structlog
from opentelemetry.trace import SpanKind

from notification_service.campaigns.queries import find_letter
from notification_service.clients import Message, Receipt
from notification_service.errors import HeldBack, NoLongerWanted, NotDelivered, ProviderUnavailable
from notification_service.notifying.service import wakeup_channel
from notification_service.sending import queries, recording
from notification_service.sending.carriers import Carrier
from notification_service.sending.composing import Composer, Letter
from notification_service.sending.measuring import DeliveryMetrics
from notification_service.sending.models import DueMessage
from notification_service.texts.templates import Words
from shared.correlation import correlated
from shared.db import Database
from shared.messaging.delivery import Clock, utc_now
from shared.tracing import span
from shared.wakeups import Listener, listening

POLL_SECONDS: Final = 1.0
LINGER: Final = 0.01  # seconds
SEND_SECONDS: Final = 20.0
# longer than a call, and the rest is for recording its outcome while the database is away for a moment
LEASE: Final = timedelta(seconds=30)
# until it is known what came of trying a provider again
TRIAL: Final = timedelta(seconds=5)
_RECORD_ATTEMPTS: Final = 10

Recording = Callable[[Database], Awaitable[bool]]

_logger = structlog.get_logger(__name__)


class Sending:
    """One channel's loop. At most `parallel` sendings run at once. `by_database` is off where all share a clock."""

    def __init__(
        self,
        database: Database,
        carrier: Carrier,
        composer: Composer,
        *,
        metrics: DeliveryMetrics,
        parallel: int = 8,
        clock: Clock = utc_now,
        chance: Callable[[], float] = random.random,
        by_database: bool = True,
    ) -> None:
        self._database = database
        self._name, self._carrier = carrier.name, carrier
        self._composer = composer
        self._metrics = metrics
        self._parallel = parallel
        self._clock, self._by_database, self._ahead = clock, by_database, timedelta()
        self._chance = chance
        self._under_way: set[asyncio.Task[None]] = set()
        self._letters: dict[UUID, Letter] = {}

    async def run(self, stop: asyncio.Event) -> None:
        try:
            while not stop.is_set():
                await self._listen(stop)
        finally:
            await self._end(cut_short=not stop.is_set())

    async def _listen(self, stop: asyncio.Event) -> None:
        try:
            async with listening(self._database, wakeup_channel(self._name)) as listener:
                while not stop.is_set():
                    await self._work(listener)
        except Exception as error:  # the database is away: what waits is still there when it is back
            _logger.warning("delivery_waits_for_database", channel=self._name, exc_info=error)
            await asyncio.sleep(0.5)

    async def _work(self, listener: Listener) -> None:
        free = self._parallel - len(self._under_way)
        if free == 0:
            await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
            # the next are taken up several at once, not one by one as each of these ends
            await asyncio.sleep(LINGER)
        elif await self.send_due(free) < free:
            await listener.wait(POLL_SECONDS)

    async def send_due(self, count: int) -> int:
        """Starts sending what is due now, at most so many. Returns how many."""
        taken = await self._take_up(count)
        for due in taken:
            task = asyncio.create_task(self._deliver(due))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return len(taken)

    async def _take_up(self, count: int) -> list[DueMessage]:
        async with self._database.driver_transaction() as connection:
            if self._by_database:
                self._ahead = self._clock() - await queries.database_time(connection)
            what = (self._name, self._now(), LEASE, count)
            if self._carrier.pace is None:
                return await queries.take_due(connection, *what)
            return await queries.take_due_at_pace(connection, *what, self._carrier.pace)

    def _now(self) -> datetime:
        """By the database's clock as it was when something was last taken up: leases and pauses are the same for all
        workers, whatever their own clocks show.
        """
        return self._clock() - self._ahead

    async def finish(self) -> None:
        """Until nothing is under way."""
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _end(self, *, cut_short: bool) -> None:
        if cut_short:
            for task in self._under_way:
                task.cancel()
        await self.finish()

    async def _deliver(self, due: DueMessage) -> None:
        # a campaign's letters are a trace each: all that it sends would be more than anybody can read
        parent = None if due.campaign_id else due.correlation.traceparent
        told = {"helseverktoy.channel": self._name, "messaging.message.id": str(due.message_id)}
        with correlated(due.correlation), span(f"send {self._name}", SpanKind.INTERNAL, told, parent=parent) as sending:
            if unwanted := due.unwanted(self._now()):
                due = await self._drop(due, unwanted)
            if due.parts:
                outcome, record = await self._attempt(due)
                sending.set_attribute("helseverktoy.outcome", outcome)
                if await self._record(record):
                    self._tell(due, outcome)

    async def _drop(self, due: DueMessage, unwanted: dict[UUID, str]) -> DueMessage:
        await self._record(partial(recording.record_dropped, due=due, unwanted=unwanted, now=self._now()))
        for reason in unwanted.values():
            self._tell(due, reason)
        return due.without(unwanted)

    def _tell(self, due: DueMessage, outcome: str) -> None:
        self._metrics.count(due, outcome, self._now())
        _logger.info("notification", channel=self._name, outcome=outcome, attempt=due.attempts)

    async def _attempt(self, due: DueMessage) -> tuple[str, Recording]:
        try:
            due.check_on_time(self._now())
            due.check_recipient(self._now())
            due.check_attempts_left()
            to = due.find_contact_point()
            words = await self._compose(due)
            receipt = await self._send(due, to, words)
        except NoLongerWanted as error:
            unwanted = {part.notification_id: error.reason for part in due.parts}
            return error.reason, partial(recording.record_dropped, due=due, unwanted=unwanted, now=self._now())
        except NotDelivered as error:
            failure = partial(recording.record_failure, due=due, error=error, now=self._now())
            return error.reason, partial(failure, chance=self._chance())
        sent = partial(recording.record_sent, due=due, receipt=receipt, to=to, template=words.template)
        return "sent", partial(sent, now=self._now())

    async def _compose(self, due: DueMessage) -> Words:
        try:
            return self._composer.compose(due, await self._letter(due))
        except NotDelivered:  # a text that no later attempt can send
            raise
        except Exception as error:  # as in _call
            _logger.error("composing_failed", channel=self._name, exc_info=error)
            raise ProviderUnavailable("internal-error") from error

    async def _letter(self, due: DueMessage) -> Letter | None:
        """What has been approved is not changed any more, so that it is read once."""
        if due.campaign_id is None:
            return None
        if due.campaign_id not in self._letters:
            async with self._database.reader() as reader:
                self._letters[due.campaign_id] = await find_letter(reader, due.campaign_id)
        return self._letters[due.campaign_id]

    async def _send(self, due: DueMessage, to: str, words: Words) -> Receipt:
        breaker = self._carrier.breaker
        if wait := breaker.seconds_closed_to_us():
            raise self._left_alone(due, wait)
        try:
            receipt = await self._call(Message(due.message_id, to, words.subject, words.text, due.language, due.urgent))
        except ProviderUnavailable:
            breaker.failed()
            raise
        except NotDelivered:
            breaker.succeeded()
            raise
        breaker.succeeded()
        return receipt

    def _left_alone(self, due: DueMessage, wait: float) -> NotDelivered:
        """A last attempt is not spent on a provider that is just being tried, and may be back."""
        if due.last_attempt and self._carrier.breaker.trying:
            return HeldBack("provider-paused", self._now() + TRIAL)
        return ProviderUnavailable("provider-paused", wait)

    async def _call(self, message: Message) -> Receipt:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                return await self._carrier.channel.send(message)
        except NotDelivered:
            raise
        except TimeoutError as error:
            raise ProviderUnavailable("timeout") from error
        except Exception as error:  # a fault of ours must end as a visible status, and not go round for ever
            _logger.error("sending_failed", channel=self._name, exc_info=error)
            raise ProviderUnavailable("internal-error") from error

    async def _record(self, record: Recording) -> bool:
        """Tried again while the lease lasts: an outcome that is not recorded becomes a second e-mail."""
        for attempt in range(1, _RECORD_ATTEMPTS + 1):
            try:
                return await record(self._database)
            except Exception as error:
                _logger.warning("outcome_not_recorded", attempt=attempt, exc_info=error)
                await asyncio.sleep(0.1 * attempt)
        return False


async def deliver(sendings: Sequence[Sending], stop: asyncio.Event) -> None:
    """Every channel by itself, so that a slow one does not hold up the other."""
    await asyncio.gather(*(sending.run(stop) for sending in sendings))
