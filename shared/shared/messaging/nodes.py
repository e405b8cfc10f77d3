"""The broker's address, or those of a cluster's nodes: `BROKER_URL=amqp://user:the-word@one/,amqp://user:the-word@two/`."""

import random
import re
from typing import Final

import aio_pika
from aio_pika.abc import AbstractConnection

CONNECT_SECONDS: Final = 5.0
# a comma within a password is left alone
_BETWEEN: Final = re.compile(r",\s*(?=amqps?://)")


def addresses(broker_url: str) -> list[str]:
    return _BETWEEN.split(broker_url.strip())


async def connect(broker_url: str) -> AbstractConnection:
    """To the first node that answers, in an order left to chance, so that clients spread over a cluster.

    Raises what the last of them raised when none does.
    """
    nodes = addresses(broker_url)
    random.shuffle(nodes)
    for node in nodes[:-1]:
        try:
            return await aio_pika.connect(node, timeout=CONNECT_SECONDS)
        except (OSError, aio_pika.exceptions.AMQPError):  # a node that is away; TimeoutError is an OSError
            continue
    return await aio_pika.connect(nodes[-1], timeout=CONNECT_SECONDS)
