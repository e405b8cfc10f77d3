"""From an event on the carrier to a message with the provider, by the worker as it runs."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from aiosmtpd.smtp import SMTP

from devkit.testing.waiting import until
from notification_service.notifying.handlers import HANDLERS
from notification_service.settings import Settings
from notification_service.worker import create_worker
from shared.db import Database
from shared.events import CloudEvent
from shared.messaging import Message, Transport
from shared.messaging.amqp import AmqpTransport
from shared.messaging.local import LocalBroker
from shared.messaging.transport import Receive
from shared.metrics import Metrics
from shared.wakeups import Listener

BOTH = {
    "language": "nb",
    "phone": "+4790000001",
    "email": "kari@example.org",
    "channels": {"tool": ["sms", "email"]},
    "quietHours": None,
}


class Outside:
    """A gateway and a mail server that keep what they are given."""

    def __init__(self) -> None:
        self.texts: list[dict[str, Any]] = []
        self.mails: list[Any] = []

    def gateway(self, request: httpx.Request) -> httpx.Response:
        self.texts.append({"key": request.headers["Idempotency-Key"], "at": time.monotonic()})
        return httpx.Response(202, json={"messageId": str(uuid4()), "segments": 1})

    async def has(self, count: int) -> bool:
        return len(self.texts) >= count and len(self.mails) >= count

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        self.mails.append(envelope)
        return "250 Kept"


@pytest.fixture
def outside() -> Outside:
    return Outside()


@pytest.fixture
async def smtp_port(outside: Outside) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(outside, hostname="mail.test", loop=loop), "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()


class Discarding:
    """What this service tells is not what these tests are about."""

    system = "nowhere"

    def __init__(self, transport: Transport) -> None:
        self.transport = transport

    async def publish(self, messages: Any) -> list[BaseException | None]:
        return [None for _ in messages]

    async def consume(self, service: str, names: Any, receive: Receive, stop: asyncio.Event) -> None:
        await self.transport.consume(service, names, receive, stop)

    async def close(self) -> None:
        await self.transport.close()


@pytest.fixture(params=["local", "rabbitmq"])
async def carrier(request: pytest.FixtureRequest, database: Database) -> Transport:
    """With the service's queue in place, so that nothing that is told is missed."""
    names = [event.name for event in HANDLERS]
    if request.param == "rabbitmq":
        amqp = AmqpTransport(request.getfixturevalue("amqp_url"), database)
        await amqp.declare("notification-service", names)
        return amqp
    broker = LocalBroker()
    broker.register("notification-service", database, names)
    return broker


@pytest.fixture
async def running(
    settings: Settings, database: Database, carrier: Transport, outside: Outside, smtp_port: int
) -> AsyncIterator[Callable[..., Awaitable[None]]]:
    """The worker under way. Gives a way to tell it something over the carrier."""
    settings = settings.model_copy(update={"smtp_port": smtp_port})
    async with httpx.AsyncClient(transport=httpx.MockTransport(outside.gateway)) as http:
        worker = create_worker(settings, database, Discarding(carrier), http=http, metrics=Metrics())
        async with started(worker):

            async def tell(*events: Any) -> None:
                wrapped = [CloudEvent.wrap(event, event.prescribed_at) for event in events]
                messages = [Message(envelope.id, envelope.type, envelope.to_json()) for envelope in wrapped]
                assert not any(await carrier.publish(messages))

            yield tell


@asynccontextmanager
async def started(worker: Any) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(worker.run(stop))
    yield
    stop.set()
    await asyncio.wait_for(task, 60)


@pytest.fixture
async def reached(kari: Any, news: Any) -> None:
    """At any hour: the worker has the real clock."""
    await news.consent(kari.reference)
    await kari.choose(BOTH)


@pytest.fixture
def prescribed(kari: Any, news: Any) -> Callable[[], Any]:
    """Today, because the worker has the real clock: there is nothing to tell after the deadline."""

    def event() -> Any:
        now = datetime.now(UTC)
        return news.prescription(kari.reference, prescribed_at=now, deadline=now + timedelta(days=30))

    return event


@pytest.fixture
def rarely_polling(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every ten seconds instead of every second."""
    wait = Listener.wait
    monkeypatch.setattr(Listener, "wait", lambda listener, seconds: wait(listener, 10 * seconds))


async def test_V1_an_event_becomes_an_sms_and_an_email_within_a_moment(
    reached, prescribed, rarely_polling, running, outside, rows
) -> None:
    await running(prescribed())  # everything is connected and warm after the first
    await until(lambda: outside.has(1))

    times = []
    for sent in range(2, 12):
        began = time.monotonic()
        await running(prescribed())
        await until(lambda sent=sent: outside.has(sent))
        times.append(outside.texts[-1]["at"] - began)

    # a poll would take ten seconds: this shows that each step wakes the next
    assert sorted(times)[len(times) // 2] < 2

    async def recorded() -> bool:
        return {row["status"] for row in await rows()} == {"sent"}

    await until(recorded)


async def test_V1_of_a_child_who_acts_is_told_whatever_the_carrier(
    reached, ola, child, news, prescribed, running, outside, rows
) -> None:
    await ola.choose(BOTH | {"phone": "+4790000002", "email": "ola@example.org"})
    for one in (ola, child):
        await news.consent(one.reference)
    await news.recipients(child.reference, "k1-nobody", ola.reference, themselves=False)
    event = prescribed().model_copy(update={"citizen": child.reference})

    await running(event, event)
    await until(lambda: outside.has(1))
    await asyncio.sleep(0.3)

    assert (len(outside.texts), len(outside.mails)) == (1, 1)
    assert {row["reason"] for row in await rows() if row["channel"] is None} == {"told-others", "no-consent"}


async def test_V1_S5_of_a_private_tool_the_parent_gets_nothing_whatever_the_carrier(
    reached, ola, child, news, prescribed, running, outside, rows
) -> None:
    """The other event, of a tool that representatives may use, shows that the parent can be told."""
    await ola.choose(BOTH | {"phone": "+4790000002", "email": "ola@example.org"})
    for one in (ola, child):
        await news.consent(one.reference)
    await news.recipients(child.reference, ola.reference, themselves=True)
    own = {"citizen": child.reference}
    private = [prescribed().model_copy(update=own | {"representative_may_use": told}) for told in (False, None)]
    await running(*private, prescribed().model_copy(update=own))
    await until(lambda: outside.has(1))
    await asyncio.sleep(0.3)

    assert (len(outside.texts), len(outside.mails)) == (1, 1)
    assert len({row["about"] for row in await rows() if row["citizen"] == ola.reference}) == 1


async def test_V3_a_burst_with_repetitions_is_sent_once_each(reached, prescribed, running, outside, rows) -> None:
    events = [prescribed() for _ in range(40)]

    await running(*events, *events)
    await until(lambda: outside.has(40))
    await asyncio.sleep(0.3)

    assert len(outside.texts) == len({text["key"] for text in outside.texts}) == 40
    assert len(outside.mails) == 40
    assert len(await rows()) == 80
