"""A worker killed between any two steps loses nothing and doubles nothing: each step once, by its name."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.services import SERVICES
from sandbox.wiring import Wiring, package_of
from tools.local.ehr import Ehr
from tools.local.processes import Processes

pytestmark = pytest.mark.system

SCRIPT = Path(__file__).with_name("dying_worker.py")
DEATHS = [
    ("prescription-api", "before-publish"),
    ("prescription-api", "after-publish"),
    ("helsetilbud-api", "before-commit"),
    ("helsetilbud-api", "after-commit"),
    ("notification-service", "before-commit"),
    ("notification-service", "after-commit"),
    ("notification-service", "after-provider"),
    ("notification-service", "after-publish"),
]


@pytest.mark.parametrize("number", range(len(DEATHS)), ids=["-".join(death) for death in DEATHS])
async def test_V3_a_worker_that_dies_at_a_step_loses_and_doubles_nothing(
    system: Processes,
    wiring: Wiring,
    log_file: Path,
    ehr: Ehr,
    tools: list[str],
    citizens: list[dict[str, Any]],
    number: int,
    count: Any,
    until: Any,
    http: httpx.AsyncClient,
) -> None:
    service, step = DEATHS[number]
    patient = next(person for person in citizens if person["state"] == "d-number")
    before = await _messages(http, wiring, patient["phone"])
    system.kill(f"{service}/worker")
    dying = await asyncio.to_thread(_start_dying, wiring, service, step, log_file)
    body = {"patient": {"nationalId": patient["nationalId"]}, "toolId": tools[5 + number]}
    made = await ehr.post("/v1/prescriptions", body)
    assert made.status_code == 201, made.text
    prescription = made.json()["prescriptionId"]
    assert await asyncio.to_thread(dying.wait, 60) == -9
    system.start(f"{service}/worker")

    sent = "SELECT count(*) FROM notification WHERE about = $1 AND status IN ('sent', 'delivered')"
    seen = "SELECT count(*) FROM feed_event WHERE prescription_id = $1::text::uuid"
    told = "SELECT count(*) FROM outbox WHERE payload #>> '{data,about}' = $1 AND sent_at IS NOT NULL"

    async def arrived() -> bool:
        in_feed = await count("helsetilbud-api", seen, prescription) >= 1
        notified = await count("notification-service", sent, prescription) >= 1
        return in_feed and notified and await count("notification-service", told, prescription) >= 1

    # a notification that died with its sender is taken up again when the lease of 30 s has run out
    await until(arrived, "the feed entry and the SMS", 90)
    await asyncio.sleep(1)
    assert await count("helsetilbud-api", seen, prescription) == 1
    assert await count("notification-service", sent, prescription) == 1
    assert await count("notification-service", told, prescription) == 1
    assert await _messages(http, wiring, patient["phone"]) == before + 1


def _start_dying(wiring: Wiring, service: str, step: str, log_file: Path) -> "subprocess.Popen[bytes]":
    known = next(s for s in SERVICES if s.name == service)
    command = [sys.executable, str(SCRIPT), package_of(service), step]
    with log_file.open("ab") as log:
        return subprocess.Popen(command, env=os.environ | wiring.environment(known), stdout=log, stderr=log)


async def _messages(http: httpx.AsyncClient, wiring: Wiring, phone: str) -> int:
    found = await http.get(f"{wiring.sandbox_url}/messages", params={"to": phone})
    return len(found.json()["items"])
