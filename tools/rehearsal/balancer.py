"""What stands before replicas: takes turns among those that say they are ready, as any balancer does.

An httpx transport instead of a process of its own: the address that is called is changed for a replica's on the way.
"""

import asyncio
import itertools
from collections.abc import Mapping
from typing import Final, Self

import httpx

LOOKS_EVERY: Final = 1.0  # seconds between looks at who is ready


class Replicas:
    """Addresses of one service's replicas. Who is added must be ready; who no longer is, or is gone, gets no more."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = list(addresses)
        self._turns = itertools.count()

    def next(self) -> httpx.URL:
        if not self.addresses:
            raise httpx.ConnectError("no replica is ready")
        return httpx.URL(self.addresses[next(self._turns) % len(self.addresses)])

    async def look(self, http: httpx.AsyncClient) -> None:
        """Also a replica that is away is passed by from now on."""
        for address in list(self.addresses):
            if not await _is_ready(http, address):
                self.addresses.remove(address)


async def _is_ready(http: httpx.AsyncClient, address: str) -> bool:
    try:
        return (await http.get(f"{address}/health/ready")).is_success
    except httpx.TimeoutException:  # busy, which is not away
        return True
    except httpx.TransportError:
        return False


class Balancer(httpx.AsyncBaseTransport):
    """`behind`: by host, as callers know it. Other hosts are themselves. Nothing is sent twice."""

    def __init__(self, behind: Mapping[str, Replicas]) -> None:
        self._behind = behind
        self._forward = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_connections=200))
        self._watching: asyncio.Task[None] | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        replicas = self._behind.get(request.url.host)
        if replicas is not None:
            replica = replicas.next()
            request.url = request.url.copy_with(scheme=replica.scheme, host=replica.host, port=replica.port)
        return await self._forward.handle_async_request(request)

    async def __aenter__(self) -> Self:
        self._watching = asyncio.create_task(self._watch())
        return self

    async def _watch(self) -> None:
        async with httpx.AsyncClient(timeout=5) as http:
            while True:
                await asyncio.gather(*(replicas.look(http) for replicas in self._behind.values()))
                await asyncio.sleep(LOOKS_EVERY)

    async def aclose(self) -> None:
        if self._watching:
            self._watching.cancel()
        await self._forward.aclose()
