"""Replicas over real connections, and those who follow a stream of theirs."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from devkit.testing.serving import listening
from devkit.testing.tokens import BearerAuth, served_by
from helsetilbud_api.app import create_app
from helsetilbud_api.citizen.schemas import FeedEvent

AUDIENCE = "nhn:helsetilbud"
SIGN_OF_LIFE = {"": "nothing new"}


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[str]:
    async with listening(app) as port:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            app.state.streams.end()


@pytest.fixture
async def another(
    settings: Any, helsenorge: Any, helseid: Any, running_clock: Any, representations: Any
) -> AsyncIterator[Callable[..., Any]]:
    """A replica with these settings, by address."""

    @asynccontextmanager
    async def replica(**changed: Any) -> AsyncIterator[str]:
        http = httpx.AsyncClient(transport=served_by(helsenorge, helseid, consent=representations.handle))
        app = create_app(settings.model_copy(update=changed), http=http, clock=running_clock)
        async with app.router.lifespan_context(app), serving(app) as url:
            yield url

    return replica


class Follower:
    """Somebody who follows a stream; reads one block after the other."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def block(self) -> dict[str, str]:
        found: dict[str, str] = {}
        async with asyncio.timeout(60):
            async for line in self._lines:
                if not line:
                    return found
                name, _, value = line.partition(":")
                found[name] = value.strip()
        raise EOFError

    async def all(self) -> None:
        while True:
            await self.block()

    async def entry(self) -> tuple[int, FeedEvent]:
        block = await self.block()
        while block == SIGN_OF_LIFE:
            block = await self.block()
        assert block["event"] == "feed-event"
        return int(block["id"]), FeedEvent.model_validate(json.loads(block["data"]))


@pytest.fixture
def follow(helsenorge: Any) -> Any:
    @asynccontextmanager
    async def stream(url: str, citizen: Any, after: int | str | None = None) -> AsyncIterator[Follower]:
        await citizen.consent()
        token = helsenorge.citizen_token(AUDIENCE, pid=citizen.number, **citizen.token)
        headers = {"Last-Event-ID": str(after)} if after is not None else {}
        async with (
            httpx.AsyncClient(base_url=url, auth=BearerAuth(token), timeout=60) as http,
            http.stream("GET", "/v1/me/feed/stream", headers=headers) as response,
        ):
            if response.status_code == 200:
                assert response.headers["Content-Type"].startswith("text/event-stream")
            yield Follower(response)

    return stream
