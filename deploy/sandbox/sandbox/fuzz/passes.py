"""One run of schemathesis: one service, called by one kind of caller."""

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sandbox.access.scenes.examples import CONTRACTS
from sandbox.services import Service
from sandbox.wiring import Wiring

RIGHTFUL = "rightful"
_CONFIGURATION = Path(__file__).with_name("schemathesis.toml")


@dataclass(frozen=True, slots=True)
class Pass:
    """`caller` is a kind of caller, or `rightful`. `examples` is at most how many calls are made up per operation.
    `is_same_each_time` leaves out what is made up at random and in chains.
    """

    service: Service
    caller: str
    seed: int
    examples: int
    seconds: int
    is_same_each_time: bool = False

    def command(self, address: str) -> list[str]:
        program, contract = Path(sys.executable).with_name("schemathesis"), CONTRACTS / f"{self.service.name}.json"
        limits = ["--max-examples", str(self.examples), "--max-time", str(self.seconds)]
        seeded = ["--seed", str(self.seed)]
        phases = ["--phases", "examples,coverage"] if self.is_same_each_time else []
        options = ["--url", address, "--no-color", "--checks", "all", *phases, *seeded, *limits]
        return [str(program), "--config-file", str(_CONFIGURATION), "run", str(contract), *options]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`calls` by status; `report` is what schemathesis says."""

    made: Pass
    calls: Counter[str]
    passed: bool
    report: str


def run(made: Pass, wiring: Wiring, folder: Path) -> Outcome:
    counted = folder / f"{made.service.name}-{made.caller}-{made.seed}.json"
    told = {
        "FUZZ_CALLER": made.caller,
        "FUZZ_SERVICE": made.service.name,
        "FUZZ_SANDBOX": wiring.sandbox_url,
        "FUZZ_CALLS_FILE": str(counted),
    }
    command = made.command(wiring.address(made.service))
    done = subprocess.run(  # noqa: S603 - a tool of ours
        command, env=os.environ | told, cwd=folder, capture_output=True, text=True, check=False
    )
    calls = json.loads(counted.read_text("utf-8")) if counted.exists() else {}
    return Outcome(made, Counter(calls), done.returncode == 0, done.stdout + done.stderr)
