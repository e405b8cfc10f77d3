"""The whole system as `make run` starts it, on databases of its own, for as long as the table takes."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sandbox.services import SERVICES, SMTP_OFFSET
from sandbox.wiring import Secrets, Wiring, package_of
from shared.private_servers import postgres

COMMAND = (sys.executable, "-m", "sandbox.run")


@contextmanager
def running(state: Path, command: Sequence[str] = COMMAND) -> Iterator[Wiring]:
    """Returns when everything answers. The broker is each consumer's own table."""
    with postgres.start(state / "postgres", fast=True) as server:
        port_base = free_port_base()
        launcher = _launch(state, port_base, server.admin_url, command)
        try:
            yield _wiring(state, port_base, server.admin_url)
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


def _wiring(state: Path, port_base: int, admin_url: str) -> Wiring:
    kept = Secrets.keep(state / "secrets.json")
    urls = postgres.create_databases(admin_url, {package_of(name): word for name, word in kept.passwords.items()})
    return Wiring(port_base, state, {s.name: urls[package_of(s.name)] for s in SERVICES}, kept.reference_key)


def free_port_base(first: int = 22100) -> int:
    """Six ports in a row, and the mail port, that nobody listens on."""
    offsets = (0, *(service.port_offset for service in SERVICES), SMTP_OFFSET)
    for base in range(first, first + 2000, 100):
        if all(_is_free(base + offset) for offset in offsets):
            return base
    raise RuntimeError("no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
