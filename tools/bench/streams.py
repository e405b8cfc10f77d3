"""Many citizens follow their feeds at once: what that takes, and how soon each hears of what is sent to them."""

import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

import httpx

from sandbox.choices import citizen_token
from tools.bench.feed_lag import FeedWatch

STREAMS: Final = 1000
_AT_ONCE: Final = 50


class StreamWatch:
    """Open streams over connections of their own; notes when each prescription comes in the stream of its citizen."""

    def __init__(self, http: httpx.AsyncClient, sandbox_url: str, base: str, watch: FeedWatch) -> None:
        self._http = http
        self._sandbox_url = sandbox_url
        self._base = urlsplit(base)
        self._watch = watch
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._writers: list[asyncio.StreamWriter] = []
        self._followed: list[asyncio.Task[None]] = []

    async def open(self, numbers: Sequence[str]) -> float:
        """Seconds until all of them are open."""
        tokens = await asyncio.gather(*(self._token(number) for number in numbers))
        started = time.perf_counter()
        await asyncio.gather(*(self._open(token) for token in tokens))
        return time.perf_counter() - started

    @property
    def open_now(self) -> int:
        return sum(not task.done() for task in self._followed)

    async def close(self) -> None:
        for task in self._followed:
            task.cancel()
        await asyncio.gather(*self._followed, return_exceptions=True)
        for writer in self._writers:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _token(self, number: str) -> str:
        async with self._slots:
            return await citizen_token(self._http, self._sandbox_url, number, "nhn:helsetilbud")

    async def _open(self, token: str) -> None:
        async with self._slots:
            reader, writer = await asyncio.open_connection(self._base.hostname, self._base.port)
            self._writers.append(writer)
            head = f"GET /v1/me/feed/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n"
            writer.write(head.encode())
            answer = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in answer.split(b"\r\n", 1)[0]:
                raise RuntimeError(f"a stream was not opened: {answer[:80]!r}")
            await reader.readuntil(b"id: ")
        self._followed.append(asyncio.create_task(self._follow(reader)))

    async def _follow(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            if line.startswith(b"data: "):
                entry = json.loads(line.removeprefix(b"data: "))
                self._watch.seen.setdefault(entry["prescriptionId"], time.time())
