"""The whole system as `make run` starts it, on databases of its own, for as long as something is asked of it."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from devkit.servers import postgres
from sandbox.wiring import Wiring, free_port_base

COMMAND = (sys.executable, "-m", "tools.local.run")


@contextmanager
def running(state: Path, command: Sequence[str] = COMMAND, broker: str | None = None) -> Iterator[Wiring]:
    """Returns when everything answers. Without a broker it is each consumer's own table."""
    with postgres.start(state / "postgres", fast=True) as server:
        port_base = free_port_base(22100)
        told = {"DATABASE_URL": server.admin_url} | ({"BROKER": broker} if broker else {})
        launcher = _launch(state, port_base, told, command)
        try:
            yield Wiring.on(server.admin_url, state, port_base, broker)
        finally:
            launcher.terminate()
            launcher.communicate(timeout=60)


def _launch(state: Path, port_base: int, servers: dict[str, str], command: Sequence[str]) -> "subprocess.Popen[bytes]":
    told = {"RUN_DIR": str(state), "PORT_BASE": str(port_base), "LOG_LEVEL": "WARNING"} | servers
    environment = {name: value for name, value in os.environ.items() if name != "BROKER"} | told
    launcher = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)  # noqa: S603 - our own launcher
    if not any(b"Ctrl-C" in line for line in launcher.stdout or ()):
        raise RuntimeError(f"The system did not start; see {state}/log.jsonl")
    return launcher
