"""`make run` and `make reset` where something stands in the way."""

import asyncio
import os
import socket
import subprocess
from pathlib import Path

import httpx
import pytest

from sandbox.system import server_for
from tools.local import first_day
from tools.local.run import Launcher, _serve_one

ROOT = Path(__file__).parents[2]


async def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        taken.listen()
        server = server_for(lambda: None, port)
        launcher = Launcher(port, tmp_path)
        with pytest.raises(SystemExit, match="is taken: set PORT_BASE"):
            await launcher._until_started([server], [asyncio.create_task(_serve_one("sandbox", server))])


def test_the_data_of_a_system_that_does_not_answer_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_: object, **__: object) -> None:
        raise httpx.ReadTimeout("slow")

    monkeypatch.setattr(first_day.httpx, "post", hang)
    monkeypatch.setenv("RUN_DIR", str(tmp_path))
    with pytest.raises(SystemExit, match="does not answer"):
        first_day.main()
    assert tmp_path.exists()


@pytest.mark.parametrize(
    ("given", "expected"), [({}, ""), ({"NO_PROXY": "a.test"}, "a.test,"), ({"no_proxy": "b.test"}, "b.test,")]
)
def test_what_is_on_this_machine_is_not_asked_for_through_a_proxy(given: dict[str, str], expected: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name.lower() != "no_proxy"} | given
    show = ["make", "--silent", "--eval", "show: ; @echo $$NO_PROXY $$no_proxy", "show"]
    said = subprocess.run(show, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout
    assert said.split() == 2 * [f"{expected}127.0.0.1,localhost"]
