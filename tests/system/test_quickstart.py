"""docs/quickstart-ehr.md: both programs of the page as they stand, with only the ports moved to the running system."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.services import SERVICES
from sandbox.wiring import Wiring
from tools.contracts import node
from tools.local.processes import Processes

PAGE = (Path(__file__).parents[2] / "docs/quickstart-ehr.md").read_text("utf-8")
AS_LONG_AS_PROMISED = 15
NOTE = "Digitalt helseverktøy sendt på Helsenorge: "
REFUSAL = re.compile(r"Pasienten har hatt dette verktøyet siden \d+\. [a-z]+ \d{4}\.\n")


def program(language: str) -> str:
    [found] = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


def moved(text: str, wiring: Wiring) -> str:
    """With the addresses of the running system in place of those that `make run` has."""
    for offset in range(len(SERVICES) + 1):
        text = text.replace(f"127.0.0.1:{8100 + offset}", f"127.0.0.1:{wiring.port_base + offset}")
    return text


def run(*command: str, folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def npm_folder(tmp_path: Path) -> Path:
    """As after `npm install dpop`."""
    node.install()
    (tmp_path / "node_modules").symlink_to(node.PACKAGES)
    return tmp_path


@pytest.mark.parametrize("language", ["python", "typescript"])
def test_a_program_is_as_short_as_promised(language: str) -> None:
    lines = [line for line in program(language).splitlines() if line]
    assert len(lines) <= AS_LONG_AS_PROMISED
    assert max(map(len, lines)) <= 120


def test_the_program_in_typescript_is_typed(npm_folder: Path) -> None:
    (npm_folder / "prescribe.mts").write_text(program("typescript"), "utf-8")
    settings = ["--strict", "--noEmit", "--target", "es2023", "--module", "nodenext", "--types", "node"]
    checked = node.run("node_modules/typescript/bin/tsc", *settings, "prescribe.mts", folder=npm_folder)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.system
async def test_P9_from_nothing_to_a_prescription_in_python(system: Processes, wiring: Wiring, tmp_path: Path) -> None:
    file = tmp_path / "prescribe.py"
    file.write_text(moved(program("python"), wiring), "utf-8")
    said = [await asyncio.to_thread(run, sys.executable, file.name, folder=tmp_path) for _ in range(2)]
    assert said[0].startswith(NOTE)
    assert REFUSAL.fullmatch(said[1])


@pytest.mark.system
async def test_P9_from_nothing_to_a_prescription_in_typescript(
    system: Processes, wiring: Wiring, npm_folder: Path
) -> None:
    file = npm_folder / "prescribe.mts"
    file.write_text(moved(program("typescript"), wiring), "utf-8")
    said = [await asyncio.to_thread(run, str(node.NODE), file.name, folder=npm_folder) for _ in range(2)]
    assert said[0].startswith(NOTE)
    assert REFUSAL.fullmatch(said[1])
