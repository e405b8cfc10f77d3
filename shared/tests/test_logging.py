"""I1: what a log line holds when somebody has logged what they should not have."""

import json
import subprocess
import sys
from datetime import date

import pytest

from devkit.testing.national_ids import generate

# in a process of its own: how structlog is configured holds for all of one
PROGRAM = """
import logging, sys
import structlog
from shared.logging import configure_logging

configure_logging(service="any")
number = sys.argv[1]
ours, library = structlog.get_logger("ours"), logging.getLogger("library")
ours.info("looked up " + number, about=f"citizen {number}.", count=12)
library.warning("driver says %s", number)
try:
    raise ValueError(f"invalid input: {number}")
except ValueError as error:
    ours.error("failed", exc_info=error)
    library.exception("failed too")
"""


@pytest.fixture(scope="module")
def number() -> str:
    return generate(date(1980, 5, 17), 0)


@pytest.fixture(scope="module")
def lines(number: str) -> str:
    return subprocess.run([sys.executable, "-c", PROGRAM, number], capture_output=True, text=True, check=True).stdout


@pytest.mark.rule("I1")
def test_eleven_digits_are_blacked_out_of_our_own_lines_and_of_libraries(lines: str, number: str) -> None:
    assert number not in lines
    ours, library, *_ = map(json.loads, lines.splitlines())
    assert (ours["event"], ours["about"], ours["count"]) == ("looked up [redacted]", "citizen [redacted].", 12)
    assert library["event"] == "driver says [redacted]"


@pytest.mark.rule("I1")
def test_an_exception_is_its_type_and_places_and_nothing_that_it_says(lines: str) -> None:
    for line in map(json.loads, lines.splitlines()[2:]):
        assert line["error"] == "builtins.ValueError"
        assert line["places"]
        assert "invalid input" not in str(line)


IDS_PROGRAM = """
import sys
import structlog
from shared.logging import configure_logging

configure_logging(service="any")
for number in sys.argv[1:]:
    structlog.get_logger("ours").info("request", trace_id=f"9839c88f{number}cabcdef0123ab")
"""


@pytest.mark.rule("I1")
def test_a_trace_id_is_masked_for_a_number_and_not_for_eleven_digits_by_chance(number: str) -> None:
    chance = number[:-1] + str((int(number[-1]) + 1) % 10)  # its last digit is another's
    command = [sys.executable, "-c", IDS_PROGRAM, number, chance]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    ids = [json.loads(line)["trace_id"] for line in said.splitlines()]
    assert ids == ["9839c88f[redacted]cabcdef0123ab", f"9839c88f{chance}cabcdef0123ab"]


SERVICES_PROGRAM = """
import asyncio, logging, threading
import structlog
from shared.logging import configure_logging, serving

configure_logging(service="sandbox")
ours, library = structlog.get_logger("ours"), logging.getLogger("library")

async def say(what):
    ours.info(what)
    library.warning(what)

async def main():
    with serving("catalog-api"):
        task = asyncio.create_task(say("task within"))
    await task
    await say("beside")

ours.info("named", service="by hand")
asyncio.run(main())
with serving("consent-api"):
    thread = threading.Thread(target=lambda: ours.info("thread"))
    thread.start()
    thread.join()
"""


def test_each_line_names_its_service_also_where_one_process_has_several() -> None:
    done = subprocess.run([sys.executable, "-c", SERVICES_PROGRAM], capture_output=True, text=True, check=True)
    said = [(line["event"], line["service"]) for line in map(json.loads, done.stdout.splitlines())]
    assert said == [
        ("named", "by hand"),
        *[("task within", "catalog-api")] * 2,
        *[("beside", "sandbox")] * 2,
        ("thread", "sandbox"),
    ]


SERVER_PROGRAM = """
import uvicorn
from shared.logging import configure_logging

async def app(scope, receive, send):
    raise RuntimeError("not told")

def create():
    configure_logging(service="catalog-api")
    return app

class Once(uvicorn.Server):
    async def main_loop(self):
        pass

Once(uvicorn.Config(create, factory=True, port=0, lifespan="off")).run()
"""


def test_the_servers_own_lines_are_of_the_same_form() -> None:
    done = subprocess.run([sys.executable, "-c", SERVER_PROGRAM], capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in (done.stdout + done.stderr).splitlines()]
    assert {line["service"] for line in lines} == {"catalog-api"}
    assert any(line["event"].startswith("Started server process") for line in lines)
    assert any(line["logger"] == "uvicorn.error" for line in lines)
