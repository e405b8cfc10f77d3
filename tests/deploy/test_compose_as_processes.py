"""docker-compose.yml's wiring, proven without containers: every command of ours as a process with its own environment,
in the order that the file says, and the demo against them.
"""

import http.client
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from devkit.testing.serving import serving

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

START_SECONDS = 300  # half a minute on a machine with nothing else to do
BESIDES = {"postgres", "rabbitmq", "mail-catcher"}  # others' images; the first two run as servers of their own


class Names(ThreadingHTTPServer):
    """Knows where the containers' names are: what Docker's network does, as an HTTP proxy."""

    daemon_threads = True

    def __init__(self, places: dict[str, int]) -> None:
        super().__init__(("127.0.0.1", 0), Forwarding)
        self.places = places
        self.called: set[str] = set()


class Forwarding(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Names

    def forward(self) -> None:
        url = urlsplit(self.path)
        self.server.called.add(url.netloc)
        port = self.server.places.get(url.netloc)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if port is None:
            self.send_error(502, "no container of that name and port")
            return
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as there:
            there.putrequest(self.command, f"{url.path}?{url.query}", skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                there.putheader(name, value)
            there.endheaders(body)
            answer = there.getresponse()
            self.give(answer.status, answer.getheaders(), answer.read())

    def handle(self) -> None:
        with suppress(ConnectionError):  # whoever asked has not waited for the answer
            super().handle()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = forward

    def give(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: pytest shows what a test wants shown."""


class Up:
    """`docker compose --profile sandbox up`, on that machine. Each migration is run twice at the same time."""

    def __init__(self, machine: Any) -> None:
        self._machine = machine
        containers = machine.compose.containers
        chosen = {n for n, c in containers.items() if c.get("profiles", ["sandbox"]) == ["sandbox"]} - BESIDES
        self.waiting = {name: containers[name].get("depends_on", {}) for name in sorted(chosen)}
        self.running: dict[str, list[subprocess.Popen[bytes]]] = {}

    def run(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while self.waiting or not self._everything_is("service_healthy"):
            for name in [n for n, waits in self.waiting.items() if self._may_start(waits)]:
                del self.waiting[name]
                self.running[name] = [self._machine.start(name) for _ in range(2 if name.endswith("-migrate") else 1)]
            assert time.monotonic() < deadline, f"not started: {sorted(self.waiting)}"
            time.sleep(0.5)

    def _is_one_shot(self, name: str) -> bool:
        return bool(self._machine.compose.containers[name].get("restart") == "no")

    def _may_start(self, waits: dict[str, dict[str, str]]) -> bool:
        return all(name in BESIDES or self._is(name, wait["condition"]) for name, wait in waits.items())

    def _everything_is(self, condition: str) -> bool:
        return all(
            self._is(n, "service_completed_successfully" if self._is_one_shot(n) else condition) for n in self.running
        )

    def _is(self, name: str, condition: str) -> bool:
        processes = self.running.get(name, [])
        ended = [process.poll() for process in processes]
        assert set(ended) <= {None, 0}, f"{name} ended with {ended}"
        if condition == "service_healthy":
            return ended == [None] and bool(self._machine.is_healthy(name))
        return bool(processes) and None not in ended

    def end(self) -> dict[str, int]:
        """How the processes that were still running ended."""
        ending = {name: p for name, processes in self.running.items() for p in processes if p.poll() is None}
        for process in ending.values():
            process.terminate()
        return {name: process.wait(60) for name, process in ending.items()}


@pytest.fixture
def names(machine: Any) -> Iterator[Names]:
    with serving(Names(machine.places())) as names:
        yield names


@pytest.fixture
def up(machine: Any, names: Names) -> Iterator[Up]:
    clients = machine.folder / "sandbox-clients"
    clients.mkdir()
    state = machine.folder / "sandbox-state"
    state.mkdir()
    (state / "clients").symlink_to(clients)  # a volume within another
    up = Up(replace(machine, proxy=f"http://127.0.0.1:{names.server_port}"))
    try:
        yield up
    finally:
        up.end()
        shutil.rmtree(machine.folder)


def test_the_sandbox_profile_passes_the_demo(machine: Any, up: Up, names: Names) -> None:
    up.run()
    environment = os.environ | {"PORT_BASE": str(machine.port_base)}
    command = [sys.executable, "-m", "tools.local.demo"]
    demo = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)
    assert demo.returncode == 0, demo.stdout + demo.stderr
    assert "All as promised" in demo.stdout
    assert names.called <= names.places.keys()
    assert names.called >= {"catalog-api:8000", "consent-api:8000", "notification-service:8000", "sandbox.test:8100"}
    workers = [name for name in up.running if name.endswith("-worker")]
    assert len(workers) == 5
    for worker in workers:
        measured = httpx.get(f"http://127.0.0.1:{machine.port(worker)}/metrics", timeout=10).text
        assert "\noutbox_unsent " in measured
    ended = up.end()
    assert len(ended) == 11
    # uvicorn ends by the signal it was sent once it has finished
    assert set(ended.values()) <= {0, -15}
