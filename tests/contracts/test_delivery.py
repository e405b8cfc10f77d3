"""What the events' contract says of retries and dead letters is what stands in the broker."""

from typing import Any

import aio_pika
import pytest
from aio_pika import ExchangeType

from sandbox.services import SERVICES
from shared.events import EVENTS
from shared.messaging import topology
from tools.contracts.asyncapi import describe_events, handlers_of

CHANNELS: dict[str, Any] = describe_events()["channels"]
SAFE = {"x-queue-type": "quorum", "x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish"}


def test_V4_each_channel_names_its_consumers_and_no_others() -> None:
    consumers = {name: {s.name for s in SERVICES if EVENTS[name] in handlers_of(s.name)} for name in EVENTS}
    assert CHANNELS.keys() == consumers.keys()
    for name, channel in CHANNELS.items():
        for extension in ("x-delivery", "x-retry", "x-dead-letter"):
            assert set(channel[extension]["queues"]) == consumers[name], (name, extension)
    assert any(consumers.values())


def test_V4_each_channel_promises_what_the_relay_and_the_inbox_do() -> None:
    for channel in CHANNELS.values():
        promised = channel["x-delivery"]
        assert (promised["guarantee"], promised["ordered"]) == ("at-least-once", False)
        assert channel["x-retry"]["pausesSeconds"] == [1, 10, 60, 600]
        assert channel["x-retry"]["attempts"] == 5
        assert channel["x-dead-letter"]["when"] == ["attempts-used", "rejected", "delivery-limit"]


@pytest.mark.parametrize("service", [service.name for service in SERVICES if handlers_of(service.name)])
async def test_V4_the_broker_has_the_queues_that_the_contract_names(amqp_url: str, service: str) -> None:
    """A queue that exists refuses to be declared with other arguments, so that a second declaration compares."""
    names = [name for name, channel in CHANNELS.items() if service in channel["x-delivery"]["queues"]]
    connection = await aio_pika.connect_robust(amqp_url)
    async with connection, connection.channel() as channel:
        await topology.declare_service(channel, service, names)
        for name in names:
            await _declare_as_promised(channel, service, CHANNELS[name])


async def test_V4_a_promise_that_is_not_kept_is_found(amqp_url: str) -> None:
    [service, *_] = [it.name for it in SERVICES if handlers_of(it.name)]
    [name, *_] = [it for it, channel in CHANNELS.items() if service in channel["x-delivery"]["queues"]]
    other = CHANNELS[name] | {"x-dead-letter": CHANNELS[name]["x-dead-letter"] | {"deliveryLimit": 21}}
    connection = await aio_pika.connect(amqp_url)
    async with connection, connection.channel() as channel:
        await topology.declare_service(channel, service, [name])
        with pytest.raises(aio_pika.exceptions.ChannelPreconditionFailed, match="x-delivery-limit"):
            await _declare_as_promised(channel, service, other)


async def _declare_as_promised(channel: Any, service: str, told: dict[str, Any]) -> None:
    retry, dead = told["x-retry"], told["x-dead-letter"]
    main = told["x-delivery"]["queues"][service]
    pauses = zip(retry["queues"][service], retry["pausesSeconds"], strict=True)
    back = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": main}
    for queue, seconds in pauses:
        arguments = SAFE | back | {"x-message-ttl": seconds * 1000}
        await channel.declare_queue(queue, durable=True, arguments=arguments)
    exchange = await channel.declare_exchange(dead["exchange"], ExchangeType.DIRECT, durable=True)
    await channel.declare_queue(dead["queues"][service], passive=True)
    given_up = {"x-dead-letter-exchange": exchange.name, "x-dead-letter-routing-key": service}
    limit = {"x-delivery-limit": dead["deliveryLimit"]}
    await channel.declare_queue(main, durable=True, arguments=SAFE | given_up | limit)
