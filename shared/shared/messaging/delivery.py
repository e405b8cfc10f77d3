"""From a message to its handlers: parse, claim in the inbox, handle, commit; the transport acknowledges after that."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from opentelemetry.trace import SpanKind
from sqlalchemy.ext.asyncio import AsyncSession

from shared import inbox
from shared.correlation import correlated
from shared.db import Database
from shared.events.envelope import CloudEvent, Event, InvalidEvent, parse_event
from shared.messaging.tracing import Queue, received
from shared.metrics import Metrics
from shared.tracing import span

Clock: TypeAlias = Callable[[], datetime]
_UNKNOWN: Final = Queue("unknown", "unknown")


class Rejected(Exception):
    """The message can never be handled: it becomes a dead letter at once. `reason` quotes nothing of the message."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a handler may want to know besides the event: its id, when it happened, and what time it is now."""

    event_id: UUID
    happened_at: datetime
    now: datetime


# Called with the transaction that also holds the inbox row. The event's class decides which handlers are called.
Handler: TypeAlias = Callable[[AsyncSession, Any, Delivery], Awaitable[None]]
Renew: TypeAlias = Callable[[str], str]
Handlers: TypeAlias = Mapping[type[Event], Sequence[Handler]]


def utc_now() -> datetime:
    return datetime.now(UTC)


class Dispatcher:
    """Gives each event to each of its handlers, each in a transaction of its own."""

    def __init__(
        self,
        database: Database,
        handlers: Handlers,
        metrics: Metrics,
        clock: Clock = utc_now,
        *,
        queue: Queue = _UNKNOWN,
        renew: Renew | None = None,
    ) -> None:
        """`renew` makes a message's references those of the current key, while some were sent under an older one."""
        self._database = database
        self._handlers = handlers
        self._metrics = metrics
        self._clock = clock
        self._queue = queue
        self._renew = renew

    @property
    def names(self) -> list[str]:
        return sorted(event.name for event in self._handlers)

    async def receive(self, payload: bytes | str) -> None:
        try:
            envelope, event = parse_event(self._renewed(payload))
        except InvalidEvent as error:
            raise Rejected(str(error)) from error
        with correlated(envelope.correlation), received(envelope, self._queue):
            for handler in self._handlers.get(type(event), ()):
                await self._handle(handler, envelope, event)
        lag = (self._clock() - envelope.time).total_seconds()
        self._metrics.event_lag.labels(event.name).observe(max(lag, 0))

    def _renewed(self, payload: bytes | str) -> bytes | str:
        if self._renew is None:
            return payload
        try:
            return self._renew(payload.decode() if isinstance(payload, bytes) else payload)
        except UnicodeDecodeError:
            return payload  # for the parser to refuse

    async def _handle(self, handler: Handler, envelope: CloudEvent, event: Event) -> None:
        name = handler.__name__
        delivery = Delivery(envelope.id, envelope.time, self._clock())
        try:
            with span(f"handle {name}", SpanKind.INTERNAL, {"code.function.name": name}) as handling:
                first = await self._claim_and_handle(handler, event, delivery)
                outcome = "handled" if first else "repeated"
                handling.set_attribute("helseverktoy.outcome", outcome)
        except BaseException:
            self._metrics.events_handled.labels(name, "failed").inc()
            raise
        self._metrics.events_handled.labels(name, outcome).inc()

    async def _claim_and_handle(self, handler: Handler, event: Event, delivery: Delivery) -> bool:
        """Whether it was the first time."""
        async with self._database.session() as session:
            first = await inbox.claim(session, delivery.event_id, handler.__name__)
            if first:
                await handler(session, event, delivery)
        return first
