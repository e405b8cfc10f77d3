"""What the gateway and the mail server tell afterwards: whether a message arrived. Signed, and again until heard."""

import asyncio
import contextlib
import hashlib
import hmac
import json
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final, Literal
from uuid import UUID, uuid4

import httpx
import structlog

Provider = Literal["sms-gateway", "mail-server"]
Arrival = Literal["delivered", "undelivered"]

_BATCH: Final = 200
_PAUSE: Final = 0.5  # seconds between two looks
_LONGEST_PAUSE: Final = 30.0
_MOST_KEPT: Final = 200_000

_logger = structlog.get_logger(__name__)


class ReceiptSender:
    """`url` ends before the provider's name. Nothing is sent, and nothing kept, while it is not running."""

    def __init__(self, url: str, secret: str) -> None:
        self._url = url.rstrip("/")
        self._secret = secret.encode()
        self._waiting: dict[Provider, deque[dict[str, Any]]] = {}

    def tell(self, provider: Provider, reference: str | None, status: Arrival) -> None:
        """`reference` is the sender's own name for the message; what is no UUID is nobody's who asked for receipts."""
        waiting = self._waiting.get(provider)
        if waiting is None or not _is_uuid(reference):
            return
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        waiting.append({"receiptId": str(uuid4()), "reference": reference, "status": status, "at": at})

    def forget(self) -> None:
        for waiting in self._waiting.values():
            waiting.clear()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        self._waiting = {"sms-gateway": deque(maxlen=_MOST_KEPT), "mail-server": deque(maxlen=_MOST_KEPT)}
        async with httpx.AsyncClient(timeout=10) as http:
            sending = [asyncio.create_task(self._send(http, provider)) for provider in self._waiting]
            try:
                yield
            finally:
                self._waiting = {}
                for task in sending:
                    task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.gather(*sending)

    async def _send(self, http: httpx.AsyncClient, provider: Provider) -> None:
        waiting, pause = self._waiting[provider], _PAUSE
        while True:
            await asyncio.sleep(pause)
            while waiting and await self._post(http, provider, batch := list(waiting)[:_BATCH]):
                pause = _PAUSE
                for _ in range(min(len(batch), len(waiting))):
                    waiting.popleft()
            if waiting:
                pause = min(pause * 2, _LONGEST_PAUSE)

    async def _post(self, http: httpx.AsyncClient, provider: Provider, batch: list[dict[str, Any]]) -> bool:
        body = json.dumps({"receipts": batch}).encode()
        headers = {"Content-Type": "application/json", "Signature": self._signature(body)}
        try:
            answer = await http.post(f"{self._url}/{provider}", content=body, headers=headers)
        except httpx.HTTPError as error:
            _logger.info("receipts_not_taken", provider=provider, error=type(error).__name__)
            return False
        # what is refused as it stands would be refused again
        return answer.is_success or answer.status_code == 422

    def _signature(self, body: bytes) -> str:
        at = int(time.time())
        return f"t={at},v1={hmac.new(self._secret, f'{at}.'.encode() + body, hashlib.sha256).hexdigest()}"


def _is_uuid(reference: str | None) -> bool:
    try:
        return UUID(reference or "") is not None
    except ValueError:
        return False
