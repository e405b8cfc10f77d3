"""A process that is told to end says so before it stops taking requests."""

import asyncio
import os
import signal
from collections.abc import Iterator
from types import FrameType

import httpx
import pytest
from fastapi import FastAPI

from devkit.testing.waiting import until
from shared import health
from shared.db import Database
from shared.draining import draining


@pytest.fixture
def server() -> Iterator[list[int]]:
    """What uvicorn would have been told, by its own handler of the signal."""
    told: list[int] = []

    def on_signal(number: int, _: FrameType | None) -> None:
        told.append(number)

    before = signal.signal(signal.SIGTERM, on_signal)
    yield told
    signal.signal(signal.SIGTERM, before)


async def test_the_server_is_told_a_while_later(server: list[int]) -> None:
    begun: list[bool] = []
    with draining(lambda: begun.append(True), seconds=0.2):
        os.kill(os.getpid(), signal.SIGTERM)
        await until(lambda: begun)
        assert server == []
        await until(lambda: server)
    assert (server, begun) == ([signal.SIGTERM], [True])


async def test_a_second_signal_does_not_wait(server: list[int]) -> None:
    begun: list[bool] = []
    with draining(lambda: begun.append(True), seconds=3600):
        os.kill(os.getpid(), signal.SIGTERM)
        await until(lambda: begun)
        os.kill(os.getpid(), signal.SIGTERM)
        await until(lambda: server)
    assert begun == [True]


async def test_without_a_time_everything_is_as_it_was(server: list[int]) -> None:
    begun: list[bool] = []
    with draining(lambda: begun.append(True), seconds=0):
        os.kill(os.getpid(), signal.SIGTERM)
        await until(lambda: server)
        await asyncio.sleep(0)
    assert begun == []


async def test_a_process_that_is_ending_is_not_ready(database: Database) -> None:
    app = FastAPI()
    app.state.database = database
    app.include_router(health.router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as http:
        assert (await http.get("/health/ready")).status_code == 200
        app.state.ending = True
        answer = await http.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (503, "ending")
