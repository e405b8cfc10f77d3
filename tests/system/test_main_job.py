"""The main job over a real RabbitMQ, each service as its own process; and in the one process of `make run`."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from devkit.testing.plugin import MEASURED
from sandbox.choices import citizen_token
from sandbox.wiring import Wiring
from tools.local.ehr import Ehr
from tools.local.processes import Processes

pytestmark = pytest.mark.system


def run_demo(port_base: int) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PORT_BASE": str(port_base)}
    command = [sys.executable, "-m", "tools.local.demo"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)


async def test_P9_V1_M1_the_main_job_over_rabbitmq(
    system: Processes, wiring: Wiring, broker: Any, record_property: Callable[[str, object], None]
) -> None:
    if broker.instead:
        record_property(
            MEASURED, f"the system was tested on this machine's RabbitMQ, not on the one asked for: {broker.instead}"
        )
    done = await asyncio.to_thread(run_demo, wiring.port_base)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All as promised" in done.stdout


async def test_P6_V3_64_parallel_identical_requests_are_one(
    ehr: Ehr, tools: list[str], citizens: list[dict[str, Any]], count: Any, until: Any, http: Any, wiring: Wiring
) -> None:
    patient = next(person for person in citizens if person["state"] == "nynorsk")
    body = {"patient": {"nationalId": patient["nationalId"]}, "toolId": tools[1]}
    key = {"Idempotency-Key": str(uuid4())}
    answers = await asyncio.gather(*(ehr.post("/v1/prescriptions", body, **key) for _ in range(64)))
    made = {a.json()["prescriptionId"] for a in answers if a.status_code == 201}
    assert len(made) == 1
    assert {a.status_code for a in answers} <= {201, 409}
    assert {a.json()["code"] for a in answers if a.status_code == 409} <= {"idempotency-in-progress"}
    [prescription] = made

    async def messages() -> list[str]:
        received = []
        for to in (patient["phone"], patient["email"]):
            found = (await http.get(f"{wiring.sandbox_url}/messages", params={"to": to})).json()["items"]
            received += [message["channel"] for message in found]
        return sorted(received)

    async def arrived() -> bool:
        return len(await messages()) >= 2

    await until(arrived, "an SMS and an e-mail")
    await asyncio.sleep(1)
    assert await messages() == ["email", "sms"]
    told = "SELECT count(*) FROM outbox WHERE payload #>> '{data,prescriptionId}' = $1"
    assert await count("prescription-api", told, prescription) == 1
    in_feed = "SELECT count(*) FROM feed_event WHERE prescription_id = $1::text::uuid"
    assert await count("helsetilbud-api", in_feed, prescription) == 1
    notified = "SELECT count(*) FROM notification WHERE about = $1"
    assert await count("notification-service", notified, prescription) == 2


async def test_the_correlation_goes_from_the_request_to_the_message(
    system: Processes, ehr: Ehr, tools: list[str], citizens: list[dict[str, Any]], count: Any, until: Any
) -> None:
    patient = next(person for person in citizens if person["state"] == "english")
    event_id = str(uuid4())
    body = {"patient": {"nationalId": patient["nationalId"]}, "toolId": tools[2]}
    answer = await ehr.post("/v1/prescriptions", body, **{"nhn-event-id": event_id})
    assert answer.headers["nhn-event-id"] == event_id
    told = "SELECT count(*) FROM outbox WHERE payload ->> 'nhneventid' = $1 AND name = $2"
    assert await count("prescription-api", told, event_id, "prescription.tool-prescribed.v1") == 1

    async def carried_on() -> bool:
        return await count("notification-service", told, event_id, "notification.sent.v1") == 2

    await until(carried_on, "the notifications' own events with the same correlation")


class Embedded:
    """`make run` without a broker."""

    def __init__(self, state: Path, port_base: int) -> None:
        self.port_base = port_base
        self._environment = os.environ | {"RUN_DIR": str(state), "PORT_BASE": str(port_base)}
        self._environment.pop("BROKER", None)
        self._environment.pop("DATABASE_URL", None)
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> float:
        """Returns how many seconds it took to be ready."""
        started = time.monotonic()
        command = [sys.executable, "-m", "tools.local.run"]
        self._process = subprocess.Popen(command, env=self._environment, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        said = ""
        for line in self._process.stdout:
            said += line
            if "Ctrl-C" in line:
                return time.monotonic() - started
        raise AssertionError(said)

    def stop(self) -> int:
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> int:
        if self._process is None:
            return 0
        process, self._process = self._process, None
        process.send_signal(number)
        process.communicate(timeout=60)
        return process.returncode


@pytest.fixture
def embedded(tmp_path: Path, another_port_base: int) -> Iterator[Embedded]:
    embedded = Embedded(tmp_path / "run", another_port_base)
    yield embedded
    embedded.stop()


async def history(embedded: Embedded, http: httpx.AsyncClient, number: str) -> list[dict[str, Any]]:
    base = f"http://127.0.0.1:{embedded.port_base}"
    token = await citizen_token(http, base, number, "nhn:helsetilbud")
    url = f"http://127.0.0.1:{embedded.port_base + 5}/v1/me/history"
    answer = await http.get(url, headers={"Authorization": f"Bearer {token}"})
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_the_main_job_embedded_and_nothing_lost_over_a_restart(
    embedded: Embedded, citizens: list[dict[str, Any]], http: httpx.AsyncClient
) -> None:
    await asyncio.to_thread(embedded.start)
    done = await asyncio.to_thread(run_demo, embedded.port_base)
    assert done.returncode == 0, done.stdout + done.stderr
    number = citizens[0]["nationalId"]
    before = await history(embedded, http, number)
    assert [entry["kind"] for entry in before] == ["tool-revoked", "tool-opened", "tool-prescribed"]
    assert await asyncio.to_thread(embedded.stop) == 0
    await asyncio.to_thread(embedded.start)
    assert await history(embedded, http, number) == before
    received = await http.get(f"http://127.0.0.1:{embedded.port_base}/messages")
    assert len(received.json()["items"]) == 6, "two of each: the prescription, its end, and the parent's"
    await asyncio.to_thread(embedded.kill)
    await asyncio.to_thread(embedded.start)
    assert await history(embedded, http, number) == before
    assert (await http.post(f"http://127.0.0.1:{embedded.port_base}/reset")).is_success
    assert await history(embedded, http, number) == []


async def test_the_demo_can_be_repeated_whatever_the_time(embedded: Embedded, http: httpx.AsyncClient) -> None:
    await asyncio.to_thread(embedded.start)
    clock = f"http://127.0.0.1:{embedded.port_base}/clock"
    for move in (None, {"advance": "P8D"}, {}):
        if move is not None:
            moved = await http.request("POST" if move else "DELETE", clock, json=move or None, timeout=60)
            assert moved.status_code == 200, moved.text
        done = await asyncio.to_thread(run_demo, embedded.port_base)
        assert done.returncode == 0, done.stdout + done.stderr
