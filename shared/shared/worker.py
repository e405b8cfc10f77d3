"""A service's worker: the relay, the consumer, and jobs of the service's own, until told to stop.

The same worker runs as a process of its own beside RabbitMQ, and inside the one process of the embedded set-up.
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import nullcontext
from typing import Any, TypeAlias, TypeVar

import structlog
import uvloop

from shared.answering import answer
from shared.citizenref import CitizenReferences
from shared.db import Database
from shared.housekeeping import keep_house
from shared.logging import configure_logging, serving
from shared.messaging.amqp import AmqpTransport
from shared.messaging.delivery import Dispatcher, Handlers
from shared.messaging.replays import replay_dead_letters
from shared.messaging.tracing import Queue
from shared.messaging.transport import Transport
from shared.metrics import Metrics
from shared.relay import Relay
from shared.retention import SHARED, Rules
from shared.settings import ServiceSettings
from shared.tracing import Tracer
from shared.tracing.exporting import tracer_of

# Runs until the event is set; an exception starts it again after a pause.
Job: TypeAlias = Callable[[asyncio.Event], Awaitable[None]]

S = TypeVar("S", bound=ServiceSettings)

_logger = structlog.get_logger(__name__)


class Worker:
    """`jobs` are loops of the service's own, such as sending what waits to be sent. `replay_handlers` are for dead
    letters that the service wrote itself, about events that it does not consume. `retention` says what is purged.
    """

    def __init__(
        self,
        service: str,
        database: Database,
        handlers: Handlers,
        transport: Transport,
        *,
        metrics: Metrics,
        jobs: Sequence[Job] = (),
        replay_handlers: Handlers | None = None,
        references: CitizenReferences | None = None,
        retention: Rules = SHARED,
    ) -> None:
        self.retention = retention
        self.service = service
        self.database = database
        self.transport = transport
        queue = Queue(transport.system, service)
        # what was sent under a key that has been replaced since is of the same people
        renew = references.renew if references and references.older else None
        self.dispatcher = Dispatcher(database, handlers, metrics, queue=queue, renew=renew)
        replaying = {**handlers, **(replay_handlers or {})}
        self.replayer = Dispatcher(database, replaying, metrics, queue=Queue("postgresql", "dead_letter"), renew=renew)
        self.relay = Relay(database, transport, metrics)
        self.metrics = metrics
        self.tracer: Tracer | None = None
        self._jobs = jobs

    async def run(self, stop: asyncio.Event) -> None:
        try:
            with serving(self.service), self.tracer.within() if self.tracer else nullcontext():
                await asyncio.gather(*self._loops(stop))
        finally:
            await self.transport.close()

    def _loops(self, stop: asyncio.Event) -> list[Coroutine[Any, Any, None]]:
        loops = [self.relay.run(stop), keep_house(self.database, self.metrics, stop, self.retention)]
        if names := self.dispatcher.names:
            loops.append(self.transport.consume(self.service, names, self.dispatcher.receive, stop))
            loops.append(replay_dead_letters(self.database, self.replayer.receive, stop))
        return [*loops, *(_again(job, stop) for job in self._jobs)]


async def _again(job: Job, stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            await job(stop)
        except Exception as error:
            _logger.warning("job_starts_again", job=getattr(job, "__qualname__", str(job)), exc_info=error)
            await asyncio.sleep(1)


async def run_until_signalled(worker: Worker, port: int | None = None) -> None:
    """For a process of its own: SIGTERM and SIGINT let what is under way end. `port` is where it answers."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        async with asyncio.TaskGroup() as running:
            running.create_task(worker.run(stop))
            if port:
                running.create_task(answer(port, worker.database, worker.metrics, stop))
    finally:
        await worker.database.close()
        if worker.tracer:
            await worker.tracer.close()


def main_with(settings: S, create: Callable[[S, Database, Transport], Worker]) -> None:
    """A worker process with RabbitMQ. Raises SystemExit when no broker is named."""
    configure_logging(settings.log_level, service=settings.service)
    if settings.broker_url is None:
        raise SystemExit("BROKER_URL is missing: a worker of its own needs RabbitMQ")
    database = Database(settings.database_url.get_secret_value(), pool_size=settings.database_pool_size)
    transport = AmqpTransport(settings.broker_url.get_secret_value(), database)
    worker = create(settings, database, transport)
    worker.tracer = tracer_of(settings)
    uvloop.run(run_until_signalled(worker, settings.worker_port))
