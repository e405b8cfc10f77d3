"""A small load generator: keep-alive connections, requests that are whole before the clock starts."""

import asyncio
import statistics
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httptools


@dataclass(frozen=True, slots=True)
class Request:
    """The bytes of one request."""

    raw: bytes

    @classmethod
    def make(cls, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> "Request":
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{k}: {v}" for k, v in headers.items())]
        if body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        return cls("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Latencies in milliseconds, of the answers with the status that was expected; others are only counted."""

    seconds: float
    latencies: list[float]
    unexpected: dict[int, int]

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile(self, percent: int) -> float:
        if len(self.latencies) < 2:
            return float("nan")
        return statistics.quantiles(self.latencies, n=100, method="inclusive")[percent - 1]

    def figures(self) -> dict[str, float]:
        return {"requestsPerSecond": round(self.per_second, 1)} | self.percentiles()

    def percentiles(self) -> dict[str, float]:
        return {
            "p50Ms": round(self.percentile(50), 2),
            "p95Ms": round(self.percentile(95), 2),
            "p99Ms": round(self.percentile(99), 2),
        }


class _Connection(asyncio.Protocol):
    """One request at a time; `ask` returns the status when the whole answer is there."""

    def __init__(self) -> None:
        self._answered: asyncio.Future[int] | None = None
        self._parser = httptools.HttpResponseParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a TCP connection's always is
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        answered, self._answered = self._answered, None
        status = self._parser.get_status_code()
        self._parser = httptools.HttpResponseParser(self)
        if answered and not answered.done():
            answered.set_result(status)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answered and not self._answered.done():
            self._answered.set_exception(exc or ConnectionResetError("closed"))

    async def ask(self, request: Request) -> int:
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(request.raw)
        return await self._answered

    def close(self) -> None:
        self._transport.close()


async def _connect(url: str) -> _Connection:
    parts = urlsplit(url)
    host, port = parts.hostname or "127.0.0.1", parts.port or 80
    _, connection = await asyncio.get_running_loop().create_connection(_Connection, host, port)
    return connection


async def closed_loop(
    url: str, requests: Iterable[Request], *, connections: int, seconds: float, expected: int = 200
) -> Outcome:
    """Each connection asks again as soon as it is answered, until the time or the requests are at their end."""
    waiting = iter(requests)
    latencies: list[float] = []
    unexpected: Counter[int] = Counter()
    opened = [await _connect(url) for _ in range(connections)]
    started = time.perf_counter()

    async def ask_on(connection: _Connection) -> None:
        for request in _until(waiting, started + seconds):
            asked = time.perf_counter()
            status = await connection.ask(request)
            if status == expected:
                latencies.append((time.perf_counter() - asked) * 1000)
            else:
                unexpected[status] += 1

    await asyncio.gather(*(ask_on(connection) for connection in opened))
    elapsed = time.perf_counter() - started
    for connection in opened:
        connection.close()
    return Outcome(elapsed, latencies, dict(unexpected))


def _until(requests: Iterator[Request], end: float) -> Iterator[Request]:
    while time.perf_counter() < end:
        request = next(requests, None)
        if request is None:
            return
        yield request


async def open_loop(
    url: str, requests: Iterable[Request], *, per_second: float, connections: int = 16, expected: int = 200
) -> Outcome:
    """Asks at a set pace whether or not the answers keep up; a latency counts from when its turn had come."""
    free: asyncio.Queue[_Connection] = asyncio.Queue()
    for _ in range(connections):
        free.put_nowait(await _connect(url))
    latencies: list[float] = []
    unexpected: Counter[int] = Counter()
    started = time.perf_counter()

    async def ask(request: Request, due: float) -> None:
        connection = await free.get()
        status = await connection.ask(request)
        free.put_nowait(connection)
        if status == expected:
            latencies.append((time.perf_counter() - due) * 1000)
        else:
            unexpected[status] += 1

    async with asyncio.TaskGroup() as group:
        for number, request in enumerate(requests):
            due = started + number / per_second
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            group.create_task(ask(request, due))
    elapsed = time.perf_counter() - started
    while not free.empty():
        free.get_nowait().close()
    return Outcome(elapsed, latencies, dict(unexpected))
