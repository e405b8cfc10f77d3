"""How fresh the pages are: a second before nothing was last seen to wait (M5)."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import aio_pika
import pytest
from aio_pika.exceptions import AMQPError

from helsetilbud_api.citizen.freshness import AmqpBacklog, Freshness, LocalBacklog
from shared.messaging.local import LocalBroker
from shared.messaging.topology import declare_service, retry_queue
from shared.messaging.transport import Message
from shared.schemas import rfc3339


class Queue:
    def __init__(self) -> None:
        self.waiting = 0

    async def count(self) -> int:
        return self.waiting

    async def close(self) -> None: ...


async def as_of(citizen: Any) -> Any:
    pages = [(await citizen.get(path)).json()["freshness"] for path in ("/v1/me/feed", "/v1/me/tools")]
    assert pages[0] == pages[1]
    return pages[0]["asOf"]


async def test_M5_the_time_is_of_the_last_look_that_found_nothing_waiting(kari: Any, database: Any, clock: Any) -> None:
    queue = Queue()
    freshness = Freshness(database, queue)
    assert await as_of(kari) is None
    await freshness.look(clock.now)
    first = rfc3339(clock.now - timedelta(seconds=1))
    assert await as_of(kari) == first
    queue.waiting = 1
    await freshness.look(clock.go(minutes=1))
    assert await as_of(kari) == first
    queue.waiting = 0
    await freshness.look(clock.go(minutes=1))
    assert await as_of(kari) == rfc3339(clock.now - timedelta(seconds=1))
    await freshness.look(clock.now - timedelta(hours=1))  # another worker, whose clock is behind
    assert await as_of(kari) == rfc3339(clock.now - timedelta(seconds=1))


async def test_M5_freshness_is_no_part_of_the_entity_tag(kari: Any, prescribed: Any, database: Any, clock: Any) -> None:
    etag = (await kari.get("/v1/me/feed")).headers["ETag"]
    await Freshness(database, LocalBacklog(database)).look(clock.go(minutes=1))
    assert (await kari.get("/v1/me/feed")).headers["ETag"] == etag


async def test_M5_without_a_broker_what_waits_lies_in_our_own_table(kari: Any, others: Any, database: Any) -> None:
    broker = LocalBroker()
    broker.register("helsetilbud-api", database, others.dispatcher.names)
    backlog, event = LocalBacklog(database), others.prescribed(kari, uuid4())
    assert await backlog.count() == 0
    await broker.publish([Message(uuid4(), event.name, others.wrap(event))])
    assert await backlog.count() == 1


async def test_M5_with_rabbitmq_what_waits_lies_in_the_queue_or_is_to_be_tried_again(amqp_url: str, until: Any) -> None:
    service = f"test-{uuid4().hex[:8]}"
    backlog = AmqpBacklog(amqp_url, service)
    with pytest.raises(AMQPError):  # nothing is known before the queues stand
        await backlog.count()

    async def both() -> bool:
        return await backlog.count() == 2

    connection = await aio_pika.connect(amqp_url)
    async with connection, connection.channel() as channel:
        await declare_service(channel, service, ["prescription.tool-prescribed.v1"])
        assert await backlog.count() == 0
        for queue in (service, retry_queue(service, 600)):
            await channel.default_exchange.publish(aio_pika.Message(b"{}"), queue)
        await until(both)
    await backlog.close()


async def test_M5_an_event_from_the_broker_to_the_page(
    settings: Any, working: Any, until: Any, kari: Any, others: Any, prescribed: Any
) -> None:
    """The worker as it runs: what is handed to the broker is in the feed, and the feed says how fresh it is."""
    event = others.prescribed(kari, uuid4())

    async def there() -> bool:
        # one page: between two the worker may have looked again
        page = (await kari.get("/v1/me/feed")).json()
        return len(page["items"]) == 2 and page["freshness"]["asOf"] is not None

    nothing_there = {"freshness_seconds": 0.05, "catalog_url": "http://127.0.0.1:1"}
    async with working(settings.model_copy(update=nothing_there)) as broker:
        await broker.publish([Message(uuid4(), event.name, others.wrap(event))])
        await until(there)
