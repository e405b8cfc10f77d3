"""Clients generated from the contracts, in Python and TypeScript: typed, unedited, and used on the running system."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sandbox.services import SERVICES
from sandbox.wiring import Wiring, package_of
from tools.contracts import node
from tools.local.processes import Processes

ROOT = Path(__file__).parents[2]
OPENAPI = ROOT / "openapi"
PROGRAMS = Path(__file__).parent / "clients"
APIS = [service.name for service in SERVICES]


@pytest.fixture(scope="module")
def python_clients(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a package for each API, and the program that uses three of them."""
    folder = tmp_path_factory.mktemp("python")
    for api in APIS:
        done = generate_python(api, folder / f"{package_of(api)}_client")
        assert done.returncode == 0, done.stdout
    shutil.copy(PROGRAMS / "journey.py", folder)
    return folder


def generate_python(api: str, to: Path) -> subprocess.CompletedProcess[str]:
    settings = ["--config", str(OPENAPI / "python-client.yaml"), "--meta", "none", "--fail-on-warning"]
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--path", str(OPENAPI / f"{api}.json")]
    return run([*command, *settings, "--output-path", str(to)])


def run(command: list[str], folder: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """With both streams in `stdout`."""
    streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.run(command, cwd=folder, env=os.environ | environment, timeout=240, check=False, **streams)


@pytest.fixture(scope="module")
def typescript_clients(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a file of types for each API, and the program that uses three of them."""
    node.install()
    folder = tmp_path_factory.mktemp("typescript")
    for api in APIS:
        made = node.run(
            "node_modules/openapi-typescript/bin/cli.js", str(OPENAPI / f"{api}.json"), "-o", str(folder / f"{api}.ts")
        )
        assert made.returncode == 0, made.stdout
    for file in ("journey.ts", "tsconfig.json"):
        shutil.copy(PROGRAMS / file, folder)
    (folder / "node_modules").symlink_to(node.PACKAGES)
    (folder / "package.json").write_text('{"type": "module"}')
    return folder


def test_the_program_in_python_is_typed(python_clients: Path) -> None:
    """And all that is generated, but for an operation that takes two forms of body: the generator does not import what
    it writes there.
    """
    checked = run(
        [sys.executable, "-m", "mypy", "--strict", "--exclude", "add_campaign_recipients", "."], python_clients
    )
    assert checked.returncode == 0, checked.stdout


def test_the_program_in_typescript_is_typed(typescript_clients: Path) -> None:
    checked = node.run("node_modules/typescript/bin/tsc", "--project", str(typescript_clients))
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("program", ["journey.py", "journey.ts"])
def test_the_programs_cast_nothing_and_silence_nothing(program: str) -> None:
    text = (PROGRAMS / program).read_text("utf-8")
    assert [word for word in ("cast(", "type: ignore", " as any", " as unknown", "@ts-", ": any") if word in text] == []


def settings_of(wiring: Wiring, citizens: list[dict[str, Any]], state: str, tool: int) -> dict[str, str]:
    """What a program is told: where everything is, about whom, and which of the tools that can be prescribed."""
    addresses = {service.name: wiring.address(service) for service in SERVICES}
    secrets = wiring.settings(next(s for s in SERVICES if s.name == "notification-service"))["receipt_secrets"]
    return {
        "SANDBOX_URL": wiring.sandbox_url,
        "PRESCRIPTION_URL": addresses["prescription-api"],
        "FEED_URL": addresses["helsetilbud-api"],
        "NOTIFICATION_URL": addresses["notification-service"],
        "NATIONAL_ID": next(person["nationalId"] for person in citizens if person["state"] == state),
        "RECEIPT_SECRET": secrets["sms-gateway"],
        "WHICH_TOOL": str(tool),
    }


def expect_journey(done: subprocess.CompletedProcess[str], patient: str) -> None:
    assert done.returncode == 0, done.stdout
    came = json.loads(done.stdout)
    assert came["patient"] == patient
    assert came["notified"] == "tool-prescribed"
    assert came["feed"]
    assert came["receipts"] == [1, 0], "one receipt, and none about a message that is not known"


@pytest.mark.system
async def test_P9_V4_M4_look_up_prescribe_feed_and_receipt_in_python(
    system: Processes, wiring: Wiring, citizens: list[dict[str, Any]], python_clients: Path
) -> None:
    told = settings_of(wiring, citizens, "d-number-nhn", 6)
    done = await asyncio.to_thread(run, [sys.executable, "journey.py"], python_clients, **told)
    expect_journey(done, "Yusuf Qaranlow")


@pytest.mark.system
async def test_P9_V4_M4_look_up_prescribe_feed_and_receipt_in_typescript(
    system: Processes, wiring: Wiring, citizens: list[dict[str, Any]], typescript_clients: Path
) -> None:
    told = settings_of(wiring, citizens, "sami-letters", 7)
    done = await asyncio.to_thread(run, [str(node.NODE), "journey.ts"], typescript_clients, **told)
    expect_journey(done, "Áilu Geađgevárri Jieŋajávri")
