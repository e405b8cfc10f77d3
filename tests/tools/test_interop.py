"""What `make interop` says of a step: that it works, or whose fault it is; and that nothing of ours is passed over."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tools.contracts import node
from tools.interop.catalogue import CLIENTS, QUICK, Client, named
from tools.interop.installing import PROGRAMS, Place
from tools.interop.running import Step, Tried, use
from tools.interop.table import page

LOCKS = PROGRAMS.parent / "locks"

PYTHON = """
from steps import by_client, expect, need, step
step("good", lambda: 1)
step("known", lambda: 1 / 0, by_client("ZeroDivision", "It divides by nothing."))
step("known otherwise", lambda: int("a"), by_client("ZeroDivision", "It divides by nothing."))
lost = step("unknown", lambda: expect(False, "odd"))
step("after it", lambda: need(lost))
"""
JAVASCRIPT = """
import { byClient, expect, need, step } from "./steps.mjs";
const divide = () => { throw new Error("ZeroDivision"); };
await step("good", () => 1);
await step("known", divide, byClient(/ZeroDivision/, "It divides by nothing."));
const fail = () => { throw new Error("ValueError"); };
await step("known otherwise", fail, byClient(/ZeroDivision/, "It divides by nothing."));
const lost = await step("unknown", () => expect(false, "odd"));
await step("after it", () => need(lost));
"""


@pytest.mark.parametrize(("ending", "text"), [("py", PYTHON), ("mjs", JAVASCRIPT)])
def test_a_step_is_ours_unless_its_failure_is_the_one_foreseen(tmp_path: Path, ending: str, text: str) -> None:
    program = tmp_path / f"program.{ending}"
    program.write_text(text)
    (tmp_path / f"steps.{ending}").write_text((PROGRAMS / f"steps.{ending}").read_text("utf-8"))
    runner = sys.executable if ending == "py" else str(node.NODE)
    done = subprocess.run([runner, str(program)], stdout=subprocess.PIPE, check=True)
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(it["did"], it["result"]) for it in said] == [
        ("good", "works"),
        ("known", "client"),
        ("known otherwise", "ours"),
        ("unknown", "ours"),
        ("after it", "not-reached"),
    ]
    assert said[1]["sentence"] == "It divides by nothing."
    assert "odd" in said[3]["failure"]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """As one that is installed, with this Python and a client of which there is only the name."""
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/python").symlink_to(sys.executable)
    known = tmp_path / ".venv/lib/python3/site-packages/fhirpy-9.dist-info"
    known.mkdir(parents=True)
    (known / "METADATA").write_text("Name: fhirpy\nVersion: 9\n")
    return Place(tmp_path)


CLIENT = Client("fhirpy", "PyPI", "program.py", "reads")


@pytest.mark.parametrize(
    ("program", "ours"),
    [
        ('print(\'{"did": "a", "result": "works", "failure": "", "sentence": ""}\')', []),
        ('print(\'{"did": "a", "result": "works", "failure": "", "sentence": ""}\'); 1 / 0', ["ZeroDiv"]),
        ("", ["did nothing"]),
    ],
)
async def test_a_program_that_breaks_off_or_does_nothing_is_our_fault(
    place: Place, program: str, ours: list[str]
) -> None:
    (place.folder / "program.py").write_text(program)
    tried = await use(CLIENT, place, {})
    assert tried.version == "9"
    assert len(tried.ours) == len(ours)
    assert all(word in step.failure for word, step in zip(ours, tried.ours, strict=True))


async def test_a_program_that_hangs_is_stopped(place: Place) -> None:
    (place.folder / "program.py").write_text("import time; time.sleep(600)")
    async with asyncio.timeout(30):
        tried = await use(CLIENT, place, {}, seconds=0.5)
    assert "stopped" in tried.ours[0].failure


async def test_no_number_and_no_place_of_the_machine_comes_into_the_page(place: Place) -> None:
    outcome = {
        "resourceType": "OperationOutcome",
        "issue": [{"details": {"coding": [{"code": "too-odd"}]}, "diagnostics": "Ikke så"}],
    }
    failures = [
        f"at http://127.0.0.1:22501/v1/a?b=17858401267 in {place.folder}/.venv/x.py",
        json.dumps(outcome, indent=1),
    ]
    lines = [json.dumps({"did": "a", "result": "ours", "failure": it, "sentence": ""}) for it in failures]
    (place.folder / "program.py").write_text(f"print({chr(10).join(lines)!r})")
    tried = await use(CLIENT, place, {})
    assert [step.failure for step in tried.steps] == ["at /v1/a?b=<number> in .venv/x.py", "too-odd: Ikke så"]


def test_the_page_says_what_works_what_does_not_and_whose_fault() -> None:
    steps = (Step("reads", "works"), Step("writes", "ours", "a|b"), Step("sings", "client", "x", "It cannot."))
    text = page([Tried(CLIENT, "9", steps)])
    assert "| fhirpy (PyPI) | 9 | reads | 1 of 3 | 1 | 1 |  |" in text
    assert "Works: reads." in text
    assert "| writes | ours | a\\|b |" in text
    assert "| sings | the client's | It cannot. |" in text


def test_every_client_has_its_program_and_stands_in_a_lock() -> None:
    python, quick = [(LOCKS / f"{name}.lock").read_text("utf-8") for name in ("clients", "quick")]
    npm = json.loads((LOCKS / "clients/package.json").read_text("utf-8"))["devDependencies"]
    for client in CLIENTS:
        assert (PROGRAMS / client.program).is_file(), client
        assert f"\n{client.package}==" in f"\n{python}" if client.registry == "PyPI" else client.package in npm, client
    assert all(f"\n{package}==" in f"\n{quick}" for package in QUICK)
    assert named(["orval"]) == [it for it in CLIENTS if it.package == "orval"]
    assert named([]) == list(CLIENTS)


def test_the_quick_lock_holds_what_the_whole_one_does() -> None:
    python, quick = [(LOCKS / f"{name}.lock").read_text("utf-8").splitlines() for name in ("clients", "quick")]
    pinned = [{line.split()[0] for line in lock if "==" in line} for lock in (quick, python)]
    assert pinned[0] <= pinned[1]


def test_the_page_is_about_the_clients_that_are_locked() -> None:
    """After a new lock, `make interop` writes it anew."""
    text = (node.ROOT / "docs/integrators/interoperability.md").read_text("utf-8")
    npm = json.loads((LOCKS / "clients/package.json").read_text("utf-8"))["devDependencies"]
    pinned = [line.split()[0].partition("==") for line in (LOCKS / "clients.lock").read_text("utf-8").splitlines()]
    python = {name: version for name, equal, version in pinned if equal}
    for client in CLIENTS:
        version = (npm if client.registry == "npm" else python)[client.package]
        assert f"\n## {client.name} {version}\n" in text, client
