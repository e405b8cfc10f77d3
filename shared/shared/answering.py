"""A worker's /health/live, /health/ready and /metrics, for a process of its own. Answers only while its loop turns."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from shared import health
from shared.db import Database
from shared.metrics import Metrics


class OneOfSeveral(uvicorn.Server):
    """A server beside others in the same process, which looks after the signals itself."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def answer(port: int, database: Database, metrics: Metrics, stop: asyncio.Event) -> None:
    """Until `stop` is set. A port that is taken ends the worker."""
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    app.state.database, app.state.metrics = database, metrics
    app.include_router(health.router)
    # reached by whoever looks after the container, from outside it
    config = uvicorn.Config(app, host="0.0.0.0", port=port, lifespan="off", log_config=None, access_log=False)  # noqa: S104
    server = OneOfSeveral(config)
    serving = asyncio.ensure_future(server.serve())
    waiting = asyncio.ensure_future(stop.wait())
    await asyncio.wait([serving, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    server.should_exit = True
    await serving
