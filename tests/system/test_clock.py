"""The sandbox's time is moved: what comes after days is seen within a minute."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from sandbox.choices import citizen_token
from sandbox.wiring import free_port_base
from tools.local.demo import DATA, PHYSICIAN, patiently, system
from tools.local.ehr import Ehr

pytestmark = pytest.mark.system


class Tried:
    """`make run` as somebody who tries it has it, with a person of the main demo."""

    def __init__(self, http: httpx.AsyncClient, port_base: int) -> None:
        self.http = http
        self.urls = [f"http://127.0.0.1:{port_base + offset}" for offset in range(6)]
        people = json.loads((DATA / "citizens.json").read_text("utf-8"))
        self.patient = next(person for person in people if person["state"] == "main-demo")

    async def ehr(self) -> Ehr:
        ehr = Ehr(self.http, self.urls[0], self.urls[2])
        await ehr.log_in(PHYSICIAN)
        return ehr

    async def clock(self, method: str, **move: str) -> dict[str, Any]:
        answer = await self.http.request(method, f"{self.urls[0]}/clock", json=move or None)
        assert answer.status_code == 200, answer.text
        document: dict[str, Any] = answer.json()
        return document

    async def mine(self) -> list[dict[str, Any]]:
        token = await citizen_token(self.http, self.urls[0], self.patient["nationalId"], "nhn:helsetilbud")
        url, headers = f"{self.urls[5]}/v1/me/tools", {"Authorization": f"Bearer {token}"}
        answer = await patiently(lambda: self.http.get(url, headers=headers))
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def messages(self) -> int:
        answer = await self.http.get(f"{self.urls[0]}/messages", params={"to": self.patient["phone"]})
        return len(answer.json()["items"])


@pytest.fixture
async def tried(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Tried]:
    for name in ("BROKER", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    async with system(free_port_base(12_000)) as port_base, httpx.AsyncClient(timeout=60) as http:
        yield Tried(http, port_base)


async def _until(happened: Any, what: str) -> None:
    deadline = time.monotonic() + 30
    while not await happened():
        assert time.monotonic() < deadline, what
        await asyncio.sleep(0.1)


async def test_P7_V5_a_reminder_and_the_expiry_come_when_the_time_is_moved(tried: Tried) -> None:
    ehr = await tried.ehr()
    listed = (await ehr.get("/v1/prescribable-tools", limit="100")).json()["items"]
    tool = next(item["toolId"] for item in listed if item["prescribable"])
    last_day = (datetime.now(UTC) + timedelta(days=9)).date()
    body = {"patient": {"nationalId": tried.patient["nationalId"]}, "toolId": tool, "deadline": str(last_day)}
    made = await ehr.post("/v1/prescriptions", body, **{"Idempotency-Key": str(uuid4())})
    assert made.status_code == 201, made.text

    async def first_message() -> bool:
        return await tried.messages() == 1

    async def reminded() -> bool:
        return await tried.messages() >= 2

    async def expired() -> bool:
        found = (await (await tried.ehr()).get(made.headers["Location"])).json()
        return bool(found["state"] == "expired")

    await _until(first_message, "an SMS about the prescription")
    moved = await tried.clock("POST", advance="P8DT6H")
    assert moved["secondsAhead"] == timedelta(days=8, hours=6).total_seconds()
    assert datetime.fromisoformat(moved["now"]) > datetime.now(UTC) + timedelta(days=8)
    await _until(reminded, "an SMS with a reminder")
    await tried.clock("POST", to=f"{last_day + timedelta(days=1)}T12:00:00Z")
    await _until(expired, "the prescription has expired")
    later = await ehr_prescribes(tried, tool)
    assert later.status_code == 201, later.text

    async def is_mine() -> bool:
        return any(item["toolId"] == tool for item in await tried.mine())

    await _until(is_mine, "the tool is among my tools")
    assert (await tried.clock("DELETE"))["secondsAhead"] == 0
    assert abs(datetime.fromisoformat((await tried.clock("GET"))["now"]) - datetime.now(UTC)) < timedelta(seconds=10)
    assert await is_mine()


async def ehr_prescribes(tried: Tried, tool: str) -> httpx.Response:
    """With a proof of the moved time."""
    ehr = await tried.ehr()
    return await ehr.post(
        "/v1/prescriptions",
        {"patient": {"nationalId": tried.patient["nationalId"]}, "toolId": tool},
        **{"Idempotency-Key": str(uuid4())},
    )
