"""The whole system as `make run` starts it, on databases of its own, for as long as the table takes."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sandbox.wiring import Wiring, free_port_base
from shared.private_servers import postgres

COMMAND = (sys.executable, "-m", "sandbox.run")


@contextmanager
def running(state: Path, command: Sequence[str] = COMMAND) -> Iterator[Wiring]:
    """Returns when everything answers. The broker is each consumer's own table."""
    with postgres.start(state / "postgres", fast=True) as server:
        port_base = free_port_base(22100)
        launcher = _launch(state, port_base, server.admin_url, command)
        try:
            yield Wiring.on(server.admin_url, state, port_base)
        finally:
            launcher.terminate()
            launcher.communicate(timeout=60)


def _launch(state: Path, port_base: int, admin_url: str, command: Sequence[str]) -> "subprocess.Popen[bytes]":
    told = {"RUN_DIR": str(state), "PORT_BASE": str(port_base), "DATABASE_URL": admin_url, "LOG_LEVEL": "WARNING"}
    environment = {name: value for name, value in os.environ.items() if name != "BROKER"} | told
    launcher = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)  # noqa: S603 - our own launcher
    if not any(b"Ctrl-C" in line for line in launcher.stdout or ()):
        raise RuntimeError(f"The system did not start; see {state}/log.jsonl")
    return launcher
