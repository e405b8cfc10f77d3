"""A server on a port of this machine, for the length of a block."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from socketserver import BaseServer
from typing import TypeVar

import uvicorn
from starlette.types import ASGIApp

from devkit.testing.waiting import until
from shared.answering import OneOfSeveral

S = TypeVar("S", bound=BaseServer)


@contextmanager
def serving(server: S) -> Iterator[S]:
    """One of the standard library, from a thread of its own; closed at the end."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@asynccontextmanager
async def listening(app: ASGIApp) -> AsyncIterator[int]:
    """The app by uvicorn, in the loop that runs; at the end what is under way is let finish. Gives the port."""
    server = OneOfSeveral(uvicorn.Config(app, "127.0.0.1", 0, lifespan="off", log_config=None, access_log=False))
    task = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await asyncio.wait_for(task, 60)
