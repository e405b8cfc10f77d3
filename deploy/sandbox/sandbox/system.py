"""The five services in one process: each its app on its own port, its worker, its database; and the front ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from sandbox.services import FRONT_ENDS, KEEP_ALIVE, SERVICES, FrontEnd, Service
from sandbox.wiring import DATABASES, Wiring, package_of
from shared.answering import OneOfSeveral
from shared.connections import BATCH_STATEMENT
from shared.db import Database
from shared.logging import serving
from shared.messaging.amqp import AmqpTransport
from shared.messaging.local import LocalBroker
from shared.worker import Worker


class Exchangeable:
    """The app that a server serves now; a reset puts a new one in its place."""

    app: FastAPI

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


@dataclass(frozen=True, slots=True)
class Running:
    service: Service
    app: FastAPI
    worker: Worker


class System:
    """Started and stopped as a whole; `reset` starts it anew on empty databases while the ports stay open."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self._places = {it.name: Exchangeable() for it in (*SERVICES, *FRONT_ENDS)}
        self._stack = AsyncExitStack()
        self.running: list[Running] = []

    async def prepare(self) -> None:
        await self._wiring.prepare()

    async def start(self) -> None:
        """Apps and workers. The carrier is RabbitMQ when a broker is named, else each consumer's own table."""
        local = LocalBroker()
        self.running = [self._create(service, local) for service in SERVICES]
        if self._wiring.broker_url is None:
            for running in self.running:
                worker = running.worker
                local.register(worker.service, worker.database, worker.dispatcher.names)
        for running in self.running:
            self._places[running.service.name].app = running.app
            with serving(running.service.name):
                await self._stack.enter_async_context(running.app.router.lifespan_context(running.app))
            await self._stack.enter_async_context(_working(running.worker))
        for front_end in FRONT_ENDS:
            await self._show(front_end)

    async def _show(self, front_end: FrontEnd) -> None:
        settings = import_module("web.settings").WebSettings(**self._wiring.front_end_settings(front_end))
        app: FastAPI = import_module(front_end.module).create_app(settings)
        self._places[front_end.name].app = app
        with serving(front_end.name):
            await self._stack.enter_async_context(app.router.lifespan_context(app))

    def _create(self, service: Service, local: LocalBroker) -> Running:
        package = package_of(service.name)
        settings = import_module(f"{package}.settings").Settings(**self._wiring.settings(service))
        app: FastAPI = import_module(f"{package}.app").create_app(settings)
        state = app.state
        broker_url = self._wiring.broker_url
        transport = local if broker_url is None else AmqpTransport(broker_url, state.database)
        create_worker = import_module(f"{package}.worker").create_worker
        worker: Worker = create_worker(settings, state.database, transport, http=state.http, metrics=state.metrics)
        worker.tracer = state.tracer
        return Running(service, app, worker)

    async def stop(self) -> None:
        await self._stack.aclose()

    async def reset(self) -> None:
        """Every table empty, every cache gone; whoever calls seeds again."""
        await self.stop()
        for name in DATABASES:
            await self._empty(name)
        await self.start()

    async def _empty(self, name: str) -> None:
        database = Database(self._wiring.owner_urls[name], pool_size=1, statement_timeout=BATCH_STATEMENT)
        try:
            async with database.driver() as connection:
                await connection.execute(_EMPTY)
        finally:
            await database.close()

    def servers(self) -> list[OneOfSeveral]:
        return [
            server_for(self._places[it.name], self._wiring.port_base + it.port_offset)
            for it in (*SERVICES, *FRONT_ENDS)
        ]


_EMPTY = """
    DO $$
    DECLARE names text;
    BEGIN
        SELECT string_agg(format('%I', tablename), ', ') INTO names FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version';
        EXECUTE 'TRUNCATE ' || names || ' RESTART IDENTITY';
    END $$
"""


def server_for(app: Any, port: int, host: str = "127.0.0.1") -> OneOfSeveral:
    """`app` looks after its own lifespan."""
    config = uvicorn.Config(
        app, host, port, lifespan="off", log_config=None, access_log=False, timeout_keep_alive=KEEP_ALIVE
    )
    return OneOfSeveral(config)


@asynccontextmanager
async def _working(worker: Worker) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(worker.run(stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait([task], timeout=25)
