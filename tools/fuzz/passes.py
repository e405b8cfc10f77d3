"""One run of schemathesis: one service, called by one kind of caller."""

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sandbox.services import Service
from sandbox.wiring import Wiring
from tools.access.scenes.examples import CONTRACTS

RIGHTFUL = "rightful"
_CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
# The contract's own examples and the edges of what it allows, which are the same each time
EDGES = "examples,coverage"
# What is made up at random, and chains of what belongs together
RANDOM = "examples,fuzzing,stateful"


@dataclass(frozen=True, slots=True)
class Pass:
    """`caller` is a kind of caller, or `rightful`. `examples` is how many calls are made up at random per operation.
    `is_thinned` leaves out most of an operation's edges, the same ones each time; `paths`
    is a pattern of those that are called, where not all are.
    """

    service: Service
    caller: str
    seed: int
    examples: int
    phases: str = RANDOM
    is_thinned: bool = False
    paths: str = ""

    def command(self, address: str) -> list[str]:
        program, contract = Path(sys.executable).with_name("schemathesis"), CONTRACTS / f"{self.service.name}.json"
        made = ["--phases", self.phases, "--max-examples", str(self.examples), "--seed", str(self.seed)]
        options = ["--url", address, "--no-color", "--checks", "all", *made]
        options += ["--include-path-regex", self.paths] if self.paths else []
        return [str(program), "--config-file", str(_CONFIGURATION), "run", str(contract), *options]

    @property
    def name(self) -> str:
        return f"{self.service.name} {self.caller} {self.seed} {self.phases}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`calls` by status, `called` by operation; `report` is what schemathesis says, `checks` what it looked at."""

    made: Pass
    calls: Counter[str]
    called: Counter[str]
    passed: bool
    report: str
    checks: frozenset[str] = frozenset()


def run(made: Pass, wiring: Wiring, folder: Path) -> Outcome:
    counted = folder / f"{made.name.replace(' ', '-')}.json"
    # no more than is needed: every variable is read before every call, in search of a proxy
    told = {
        "PATH": os.environ["PATH"],
        "FUZZ_CALLER": made.caller,
        "FUZZ_SERVICE": made.service.name,
        "FUZZ_SANDBOX": wiring.sandbox_url,
        "FUZZ_CALLS_FILE": str(counted),
        "FUZZ_ANSWERED_FILE": str(folder / "answered.jsonl"),
        "FUZZ_SEED": str(made.seed),
        "FUZZ_ADDRESS": wiring.address(made.service),
    } | ({"FUZZ_THINNED": "yes"} if made.is_thinned else {})
    command = made.command(wiring.address(made.service))
    done = subprocess.run(  # noqa: S603 - a tool of ours
        command, env=told, cwd=folder, capture_output=True, text=True, check=False
    )
    counts = (
        json.loads(counted.read_text("utf-8")) if counted.exists() else {"statuses": {}, "operations": {}, "checks": []}
    )
    statuses, operations = Counter(counts["statuses"]), Counter(counts["operations"])
    passed, report = done.returncode == 0, done.stdout + done.stderr
    return Outcome(made, statuses, operations, passed, report, frozenset(counts["checks"]))
