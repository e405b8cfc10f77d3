"""What a walk through the running system expects of it: answers, and what comes of them in a while."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

PATIENCE = 30.0


class Differs(Exception):
    """Something came back that should not have."""


def expect(condition: bool, what: str) -> None:
    if not condition:
        raise Differs(what)


def document(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The answer's document. Raises Differs for another status."""
    asked = f"{answer.request.method} {answer.request.url.path}"
    expect(answer.status_code == status, f"{asked}: {status} expected: {answer.status_code} {answer.text}")
    found: dict[str, Any] = answer.json() if answer.content else {}
    return found


async def until(happened: Callable[[], Awaitable[Any]], what: str, seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not await happened():
        expect(time.monotonic() < deadline, f"{what}, and did not within {seconds:.0f} s")
        await asyncio.sleep(0.05)


class Mailbox:
    """What has come to one address since it was last looked at. Goes by ids: the sandbox's time can be moved back."""

    def __init__(self, http: httpx.AsyncClient, sandbox_url: str, to: str) -> None:
        self._http, self._url, self.to = http, f"{sandbox_url}/messages", to
        self._seen: set[str] = set()

    async def _read(self) -> list[dict[str, Any]]:
        answer = await self._http.get(self._url, params={"to": self.to})
        found: list[dict[str, Any]] = document(answer, 200)["items"]
        return found

    async def empty(self) -> "Mailbox":
        self._seen = {message["messageId"] for message in await self._read()}
        return self

    async def new(self) -> list[dict[str, Any]]:
        return [message for message in await self._read() if message["messageId"] not in self._seen]

    async def take_one(self, about: str = "") -> dict[str, Any]:
        """Waits for one message that says this: another may be late. Raises Differs when there are several."""

        async def arrived() -> list[dict[str, Any]]:
            return [message for message in await self.new() if about in message["text"]]

        await until(arrived, f"a message should have come to {self.to}")
        found = await arrived()
        expect(len(found) == 1, f"exactly one message should have come to {self.to}, not {len(found)}")
        self._seen.add(found[0]["messageId"])
        return found[0]
