"""`make run` and `make reset` where something stands in the way."""

import asyncio
import socket
from pathlib import Path

import httpx
import pytest

from sandbox import first_day
from sandbox.run import Launcher, _serve_one
from sandbox.system import server_for


async def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        taken.listen()
        server = server_for(lambda: None, port)
        launcher = Launcher(port, tmp_path)
        with pytest.raises(SystemExit, match="is taken: set PORT_BASE"):
            await launcher._until_started([server], [asyncio.create_task(_serve_one(server))])


def test_the_data_of_a_system_that_does_not_answer_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_: object, **__: object) -> None:
        raise httpx.ReadTimeout("slow")

    monkeypatch.setattr(first_day.httpx, "post", hang)
    monkeypatch.setenv("RUN_DIR", str(tmp_path))
    with pytest.raises(SystemExit, match="does not answer"):
        first_day.main()
    assert tmp_path.exists()
