"""A service's worker that kills itself with SIGKILL at one step: `python dying_worker.py <package> <step>`.

The steps lie between all that a worker does with an event: publish, mark sent, handle, commit, acknowledge, call the
provider, record. Nothing in the services knows about this.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any, NoReturn

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import Database
from shared.messaging import Message
from shared.messaging.amqp import AmqpTransport

STEPS = ("before-publish", "after-publish", "before-commit", "after-commit", "after-provider")


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("dead")


class DyingTransport(AmqpTransport):
    step = ""

    async def publish(self, messages: Sequence[Message]) -> list[BaseException | None]:
        if self.step == "before-publish":
            die()
        outcomes = await super().publish(messages)
        if self.step == "after-publish":
            die()
        return outcomes


class DyingDatabase(Database):
    step = ""

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        async with super().session() as session:
            yield session
            if self.step == "before-commit":
                die()


async def _die(response: httpx.Response) -> None:
    if response.request.method == "POST":
        die()


async def main(package: str, step: str) -> None:
    settings = import_module(f"{package}.settings").Settings()
    database = DyingDatabase(settings.database_url.get_secret_value())
    transport = DyingTransport(settings.broker_url.get_secret_value(), database)
    database.step = transport.step = step
    hooks = {"response": [_die]} if step == "after-provider" else {}
    http = httpx.AsyncClient(event_hooks=hooks)
    worker = import_module(f"{package}.worker").create_worker(settings, database, transport, http=http)
    receive = worker.dispatcher.receive

    async def receive_and_die(payload: Any) -> None:
        await receive(payload)
        if step == "after-commit":
            die()

    worker.dispatcher.receive = receive_and_die
    await worker.run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
