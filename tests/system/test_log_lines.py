"""`make run`: five services, their workers and the sandbox in one process, and each line says whose it is."""

import asyncio
import json
import sys
from pathlib import Path

import httpx
import pytest

from sandbox.services import FRONT_ENDS, SERVICES
from tools.access.running import running

pytestmark = pytest.mark.system

TALKATIVE = "import os; os.environ['LOG_LEVEL'] = 'INFO'; from tools.local.run import main; main()"
NAMES = {service.name for service in SERVICES}
EVERYBODY = {*NAMES, *(front_end.name for front_end in FRONT_ENDS), "sandbox"}


async def test_each_line_of_the_one_process_names_its_service(tmp_path: Path) -> None:
    lines = await asyncio.to_thread(_log_of_a_run, tmp_path)
    unnamed = [line for line in lines if line.get("service") not in EVERYBODY]
    assert unnamed == []
    asked = [(line["service"], line["status"]) for line in lines if line.get("route") == "unknown"]
    assert sorted(asked) == sorted((name, 404) for name in NAMES)
    servers = {line["service"] for line in lines if line.get("logger") == "uvicorn.error"}
    assert servers == EVERYBODY


def _log_of_a_run(state: Path) -> list[dict[str, object]]:
    with running(state, (sys.executable, "-c", TALKATIVE)) as wiring:
        for service in SERVICES:
            assert httpx.get(wiring.address(service) + "/v1/nothing-of-ours").status_code == 404
    return [json.loads(line) for line in (state / "log.jsonl").read_text("utf-8").splitlines()]
