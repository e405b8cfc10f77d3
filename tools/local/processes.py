"""Every part a process of its own, as in operation but without containers: for system tests and measurements."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Final

import httpx

from sandbox.services import FRONT_ENDS, KEEP_ALIVE, SERVICES, FrontEnd, Service
from sandbox.wiring import Wiring, package_of

START_SECONDS = 60.0
STOP_SECONDS = 30.0
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


class Processes:
    """Starts, kills and starts again; `log` gets what they print."""

    def __init__(self, wiring: Wiring, log: Path) -> None:
        self._wiring = wiring
        self._log = log.open("ab")
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start_all(self, *, workers: bool = True) -> None:
        self.start("sandbox")
        self.wait_for(self._wiring.sandbox_url + "/people")
        names = [service.name for service in SERVICES]
        for name in [*names, *(f"{name}/worker" for name in names if workers)]:
            self.start(name)
        for service in SERVICES:
            self.wait_for(self._wiring.address(service) + "/health/ready")

    def start(
        self, name: str, *, known_as: str | None = None, port: int | None = None, told: Mapping[str, str] = NOTHING
    ) -> subprocess.Popen[bytes]:
        """`sandbox`, a front end's name, a service's name for its API, or that and `/worker`. `known_as`, `port` and
        what else it is told are for a second of the same.
        """
        environment = {**os.environ, **self._environment(name), "LOG_LEVEL": "WARNING", **told}
        process = subprocess.Popen(  # noqa: S603 - the project's own processes
            self._command(name, port), env=environment, stdout=self._log, stderr=self._log
        )
        self._running[known_as or name] = process
        return process

    def _environment(self, name: str) -> dict[str, str]:
        if name == "sandbox":
            return {
                "PORT_BASE": str(self._wiring.port_base),
                "SANDBOX_STATE_DIRECTORY": str(self._wiring.state / "sandbox"),
            }
        return self._wiring.environment(_service(name))

    def _command(self, name: str, port: int | None) -> list[str]:
        if name == "sandbox":
            return [sys.executable, "-m", "sandbox.serve"]
        service = _service(name)
        if isinstance(service, FrontEnd):
            module = service.module
        else:
            package = package_of(service.name)
            if name.endswith("/worker"):
                return [sys.executable, "-m", f"{package}.worker"]
            module = f"{package}.app"
        port = port or self._wiring.port_base + service.port_offset
        options = ["--factory", f"{module}:from_environment", "--host", "127.0.0.1", "--port", str(port)]
        options += ["--timeout-keep-alive", str(KEEP_ALIVE)]
        return [sys.executable, "-m", "uvicorn", *options, "--no-access-log", "--log-level", "warning"]

    def wait_for(self, url: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                if httpx.get(url, timeout=2).is_success:
                    return
            except httpx.TransportError:
                pass
            if time.monotonic() > deadline:
                raise TimeoutError(f"{url} does not answer; see {self._log.name}")
            time.sleep(0.05)

    def kill(self, name: str) -> None:
        """SIGKILL: nothing is finished, nothing is said."""
        process = self._running.pop(name)
        process.kill()
        process.wait()

    def __contains__(self, name: str) -> bool:
        """Whether it was started, and neither killed nor ended since."""
        return name in self._running

    def end(self, name: str) -> None:
        """SIGTERM: what is under way is finished. Raises RuntimeError when it had ended before."""
        process = self._running.pop(name)
        if process.poll() is not None:
            raise RuntimeError(f"{name} ended by itself with {process.returncode}; see {self._log.name}")
        process.send_signal(signal.SIGTERM)
        _end(process)

    def rename(self, name: str, known_as: str) -> None:
        self._running[known_as] = self._running.pop(name)

    def pid(self, name: str) -> int:
        return self._running[name].pid

    def memory(self, name: str) -> float:
        """Megabytes that the process has in memory now."""
        status = Path(f"/proc/{self._running[name].pid}/status").read_text()
        kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:"))
        return round(int(kilobytes) / 1024, 1)

    def stop(self) -> None:
        """SIGTERM to all, and patience; SIGKILL for what does not listen."""
        for process in self._running.values():
            process.send_signal(signal.SIGTERM)
        for process in self._running.values():
            _end(process)
        self._running.clear()
        self._log.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _service(name: str) -> Service | FrontEnd:
    return next(it for it in (*SERVICES, *FRONT_ENDS) if it.name == name.removesuffix("/worker"))


@contextmanager
def processes(wiring: Wiring, log: Path, *, only: Sequence[str] | None = None) -> Iterator[Processes]:
    """All of them, or only those named, for the length of the block."""
    running = Processes(wiring, log)
    try:
        if only is None:
            running.start_all()
        else:
            for name in only:
                running.start(name)
        yield running
    finally:
        running.stop()
