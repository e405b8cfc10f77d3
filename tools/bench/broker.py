"""The floor of messaging: aio-pika alone, publishing gathered batches to two quorum queues and consuming from one."""

import asyncio
import time
from uuid import uuid4

import aio_pika

BATCH = 100


async def publish_and_consume(url: str, count: int, payload: bytes) -> dict[str, float]:
    """Events per second, published with confirms and then consumed with an acknowledgement each."""
    name = f"floor-{uuid4().hex[:8]}"
    connection = await aio_pika.connect(url)
    async with connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        await channel.set_qos(prefetch_count=20)
        exchange = await channel.declare_exchange(name, aio_pika.ExchangeType.TOPIC, auto_delete=True)
        queues = []
        for number in range(2):
            queue = await channel.declare_queue(f"{name}-{number}", durable=True, arguments={"x-queue-type": "quorum"})
            await queue.bind(exchange, "#")
            queues.append(queue)
        published = await _publish(exchange, count, payload)
        consumed = await _consume(queues[0], count)
        for queue in queues:
            await queue.delete(if_unused=False, if_empty=False)
    return {"publishedPerSecond": round(published, 1), "consumedPerSecond": round(consumed, 1)}


async def _publish(exchange: aio_pika.abc.AbstractExchange, count: int, payload: bytes) -> float:
    started = time.perf_counter()
    for _ in range(0, count, BATCH):
        messages = (aio_pika.Message(payload, delivery_mode=aio_pika.DeliveryMode.PERSISTENT) for _ in range(BATCH))
        await asyncio.gather(*(exchange.publish(message, "event", mandatory=True) for message in messages))
    return count / (time.perf_counter() - started)


async def _consume(queue: aio_pika.abc.AbstractQueue, count: int) -> float:
    left, done = count, asyncio.Event()

    async def on_message(message: aio_pika.abc.AbstractIncomingMessage) -> None:
        nonlocal left
        await message.ack()
        left -= 1
        if left <= 0:
            done.set()

    started = time.perf_counter()
    tag = await queue.consume(on_message)
    await asyncio.wait_for(done.wait(), 120)
    rate = count / (time.perf_counter() - started)
    await queue.cancel(tag)
    return rate
