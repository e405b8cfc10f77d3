"""What the programs find: a physician's prescriptions, a tool for each that prescribes, an event as it is delivered."""

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import aio_pika
import httpx

from sandbox.services import SERVICES
from shared.messaging import topology
from tools.interop.catalogue import CLIENTS, Client
from tools.local.ehr import Ehr
from tools.local.outcomes import document

PHYSICIAN: Final = "990000101"
TASKS: Final = 5
_CONTRACTS: Final = Path(__file__).parents[2] / "openapi"
_NAMES: Final = ("CATALOG_URL", "PRESCRIPTION_URL", "CONSENT_URL", "NOTIFICATION_URL", "FEED_URL")


class World:
    """Of one running system; `event` is where `events` writes."""

    def __init__(self, http: httpx.AsyncClient, port_base: int, event: Path, state: str = "main-demo") -> None:
        self._http, self._event, self._state = http, event, state
        self._addresses = {"SANDBOX_URL": f"http://127.0.0.1:{port_base}"} | {
            name: f"http://127.0.0.1:{port_base + service.port_offset}"
            for name, service in zip(_NAMES, SERVICES, strict=True)
        }
        self._patient = ""
        self._tools: list[str] = []

    async def prepare(self) -> None:
        """Prescribes; the tools that are left are each for one program."""
        people = document(await self._http.get(f"{self._addresses['SANDBOX_URL']}/people"), 200)["items"]
        self._patient = next(person["nationalId"] for person in people if person["state"] == self._state)
        ehr = Ehr(self._http, self._addresses["SANDBOX_URL"], self._addresses["PRESCRIPTION_URL"])
        await ehr.log_in(PHYSICIAN)
        page = document(await ehr.get("/v1/prescribable-tools", limit="200"), 200)
        patient = {"patient": {"nationalId": self._patient}}
        tools: list[str] = []
        made = 0
        for tool in (tool["toolId"] for tool in page["items"] if tool["prescribable"]):
            if made == TASKS:
                tools.append(tool)
                continue
            answer = await ehr.post("/v1/prescriptions", patient | {"toolId": tool})
            if answer.status_code != httpx.codes.CONFLICT:  # the patient has it already
                document(answer, 201)
                made += 1
        self._tools = tools

    def told(self, client: Client) -> dict[str, str]:
        """The environment of the client's program."""
        return self._addresses | {
            "OPENAPI": str(_CONTRACTS),
            "PATIENT": self._patient,
            "TASKS": str(TASKS),
            "EVENT": str(self._event),
            "TOOL": self._tools[CLIENTS.index(client)],
        }


@asynccontextmanager
async def events(broker_url: str, file: Path) -> AsyncIterator[None]:
    """Writes the first event that is published meanwhile into the file, as any consumer would get it."""
    connection = await aio_pika.connect(broker_url)
    async with connection, connection.channel() as channel:
        exchange = await topology.declare_exchange(channel)
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(exchange, "prescription.tool-prescribed.v1")
        yield
        delivered = json.dumps(_as_delivered(await _first(queue)))
        await asyncio.to_thread(file.write_text, delivered, "utf-8")


async def _first(queue: Any) -> aio_pika.abc.AbstractIncomingMessage:
    async with asyncio.timeout(30), queue.iterator() as messages:
        async for message in messages:
            await message.ack()
            return message  # type: ignore[no-any-return] # aio_pika types its iterator as Any
    raise AssertionError("the queue ended")


def _as_delivered(message: aio_pika.abc.AbstractIncomingMessage) -> dict[str, Any]:
    return {
        "contentType": message.content_type,
        "headers": {name: str(value) for name, value in _headers(message)},
        "body": b64encode(message.body).decode(),
    }


def _headers(message: aio_pika.abc.AbstractIncomingMessage) -> Iterator[tuple[str, Any]]:
    yield from message.headers.items()
