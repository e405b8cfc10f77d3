"""Runs a program and reads what it says of each step."""

import asyncio
import json
import os
import re
from dataclasses import dataclass
from typing import Final

from tools.interop.catalogue import Client
from tools.interop.installing import Place

_LONGEST_TEXT: Final = 220
WORKS: Final = "works"
OURS: Final = "ours"


@dataclass(frozen=True, slots=True)
class Step:
    """`result` is `works`, `not-reached`, or whose fault it is: `ours`, `client`, `design`; `sentence` is for who
    meets it, where that is known.
    """

    did: str
    result: str
    failure: str = ""
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    client: Client
    version: str
    steps: tuple[Step, ...]

    @property
    def ours(self) -> list[Step]:
        """What breaks by our fault."""
        return [step for step in self.steps if step.result == OURS]


async def use(client: Client, place: Place, told: dict[str, str], seconds: float = 240) -> Tried:
    """A program that breaks off, hangs or does nothing is our fault until somebody has looked."""
    scratch = place.folder / "made" / client.program.partition(".")[0]
    environment = os.environ | told | {"SCRATCH": str(scratch), "NO_COLOR": "1", "CI": "true"} | _QUIET
    process = await asyncio.create_subprocess_exec(
        *place.command(client),
        cwd=place.folder,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=2**22,
    )
    why = "it did nothing"
    try:
        out, said = await asyncio.wait_for(process.communicate(), seconds)
    except TimeoutError:
        why = f"it was stopped after {seconds:.0f} s"
        process.kill()
        out, said = await process.communicate()
    steps = [_step(line, place) for line in out.decode().splitlines() if line.startswith('{"did"')]
    if process.returncode or not steps:
        steps.append(Step("comes to its end", OURS, _short(said.decode()[-200:], place) or why))
    return Tried(client, place.version(client), tuple(steps))


_QUIET: Final = {"DO_NOT_TRACK": "1", "NO_UPDATE_NOTIFIER": "1", "PYTHONWARNINGS": "ignore", "NODE_NO_WARNINGS": "1"}


def _step(line: str, place: Place) -> Step:
    told = json.loads(line)
    return Step(told["did"], told["result"], _short(told["failure"], place), told["sentence"])


def _short(failure: str, place: Place) -> str:
    """One line without what changes from run to run. Of an OperationOutcome its code and what it says."""
    text = failure
    code, said = re.search(r'"code":\s*"([a-z-]+)"\s*}\s*\]', text), re.search(r'"diagnostics":\s*"([^"]*)"', text)
    if code and said:
        text = f"{text.partition('{')[0]}{code[1]}: {_plain(said[1])}"
    text = re.sub(r"\x1b\[[0-9;]*m", "", text)
    text = re.sub(r"http://(127\.0\.0\.1|localhost):\d+", "", text)
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<id>", text)
    text = re.sub(r"\b\d{11}\b", "<number>", text)
    text = text.replace(f"{place.folder}/", "")
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 3] + "..."


def _plain(text: str) -> str:
    return str(json.loads(f'"{text}"'))
