"""The gateway and the mail server tell afterwards whether a message arrived."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import aiosmtplib
import httpx
import pytest

from sandbox.context import Sandbox
from sandbox.settings import SandboxSettings
from sandbox.standins.receipts import ReceiptSender

KEY = {"Authorization": "Bearer sandbox-sms-key"}


class Told:
    """A sender of messages that takes receipts on a port of this machine."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.status = 200
        self.heard = asyncio.Condition()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        body = await reader.readexactly(int(headers["content-length"]))
        self.requests.append((head.split(" ")[1], headers, body))
        async with self.heard:
            self.heard.notify_all()
        writer.write(f"HTTP/1.1 {self.status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    def receipts(self) -> list[dict[str, Any]]:
        return [receipt for _, _, body in self.requests for receipt in json.loads(body)["receipts"]]

    async def until(self, count: int) -> None:
        async with asyncio.timeout(60), self.heard:
            await self.heard.wait_for(lambda: len(self.receipts()) >= count)


@pytest.fixture
async def told(sandbox: Sandbox) -> AsyncIterator[Told]:
    told = Told()
    server = await asyncio.start_server(told.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    sandbox.receipts._url = f"http://127.0.0.1:{port}/v1/delivery-receipts"
    sandbox.receipts.forget()
    yield told
    server.close()
    await server.wait_closed()


async def send(http: httpx.AsyncClient, reference: str) -> None:
    sms = {"to": "+4749990001", "text": "Hei", "reference": reference}
    answer = await http.post("/sms/messages", json=sms, headers=KEY | {"Idempotency-Key": reference})
    assert answer.status_code == 202


async def test_an_sms_is_told_of_once_and_signed(http: httpx.AsyncClient, told: Told) -> None:
    reference = str(uuid4())
    await send(http, reference)
    await send(http, reference)
    await told.until(1)
    await asyncio.sleep(0.7)

    [(path, headers, body)] = told.requests
    assert path == "/v1/delivery-receipts/sms-gateway"
    [receipt] = json.loads(body)["receipts"]
    assert (receipt["reference"], receipt["status"]) == (reference, "delivered")
    at, digest = headers["signature"].removeprefix("t=").split(",v1=")
    expected = hmac.new(b"sandbox-receipt-secret", f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    assert digest == expected


async def test_a_mail_is_told_of_by_its_message_id(
    http: httpx.AsyncClient, told: Told, settings: SandboxSettings
) -> None:
    reference = str(uuid4())
    await http.post("/faults", json={"target": "mail", "mode": "undelivered"})
    mail = f"Message-ID: <{reference}@varsling.test>\r\nTo: a@innbygger.example\r\n\r\nHei\r\n"
    where = {"hostname": settings.host, "port": settings.smtp_port, "timeout": 60, "start_tls": False}
    await aiosmtplib.send(mail, sender="v@varsling.test", recipients=["a@innbygger.example"], **where)
    await told.until(1)

    assert [(r["reference"], r["status"]) for r in told.receipts()] == [(reference, "undelivered")]
    assert told.requests[0][0].endswith("/mail-server")


async def test_what_is_not_taken_is_told_again(http: httpx.AsyncClient, told: Told) -> None:
    told.status = 503
    await send(http, str(uuid4()))
    await told.until(1)
    told.status = 200
    await told.until(2)
    await asyncio.sleep(1)

    first, second = told.receipts()
    assert first == second


async def test_what_asks_for_no_receipt_gets_none(http: httpx.AsyncClient, told: Told) -> None:
    await send(http, "n-1")
    await send(http, reference := str(uuid4()))
    await told.until(1)

    assert [receipt["reference"] for receipt in told.receipts()] == [reference]


async def test_only_the_gateway_and_the_mail_server_fail_to_deliver(http: httpx.AsyncClient) -> None:
    answer = await http.post("/faults", json={"target": "hpr", "mode": "undelivered"})
    assert (answer.status_code, answer.json()["code"]) == (422, "fault-not-possible")


def test_what_is_told_before_it_runs_is_not_kept() -> None:
    sender = ReceiptSender("http://127.0.0.1:1", "secret")
    sender.tell("sms-gateway", str(uuid4()), "delivered")
    assert sender._waiting == {}
