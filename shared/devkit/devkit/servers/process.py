"""A private server as a process: started through its keeper, stopped, killed, and cleared away when left behind."""

import fcntl
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from devkit.servers import keeper
from devkit.servers.account import Account
from devkit.servers.errors import ServerFailed

PATIENCE = 30.0  # seconds a server gets to stop in order before it is killed
ATTEMPTS = 3  # another process may take a port between the look and the start
PAUSE = 0.02  # seconds between looks at whether it is ready


@dataclass(frozen=True, slots=True)
class Command:
    argv: Sequence[str | Path]
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Order:
    """What a keeper is told. Of several commands the last is the server, the others serve it."""

    commands: Sequence[Command]
    home: Path
    account: Account
    ports: Sequence[int]
    stop_signal: int = signal.SIGTERM

    def text(self) -> bytes:
        commands = [{"argv": [*map(str, c.argv)], "env": dict(c.environment)} for c in self.commands]
        told = {
            "commands": commands,
            "cwd": str(self.home / "data"),
            "pids": str(self.home / "pids"),
            "identity": self.account.identity(),
            "signal": int(self.stop_signal),
            "patience": PATIENCE,
        }
        return json.dumps(told).encode() + b"\n"


class Process:
    """A running server. It ends with this object's process: the keeper sees its standard input close."""

    def __init__(self, order: Order, log: Path, lock: int) -> None:
        self.order = order
        self.log = log
        with log.open("ab") as output:
            self._keeper = subprocess.Popen(  # noqa: S603 - this package's own file
                [sys.executable, "-I", "-S", keeper.__file__],
                cwd="/",
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                pass_fds=[lock],
                start_new_session=True,
            )
        assert self._keeper.stdin is not None  # noqa: S101 - tells mypy what PIPE means
        assert self._keeper.stdout is not None  # noqa: S101 - the same
        with suppress(BrokenPipeError):
            self._keeper.stdin.write(order.text())
            self._keeper.stdin.flush()
        with self._keeper.stdout as answer:
            self.pid = int(answer.readline() or 0)

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Raises ServerFailed, with the end of the log, when the server ends or is not ready in time."""
        deadline = time.monotonic() + seconds
        while not ready():
            ended = self._keeper.poll() is not None
            if ended or time.monotonic() > deadline:
                self.stop()
                how = "ended at once" if ended else f"was not ready in {seconds:.0f} seconds"
                raise ServerFailed(f"the server {how}; the end of {self.log}:\n{self._last_words()}")
            time.sleep(PAUSE)

    def stop(self) -> None:
        """In order; waits until it is gone."""
        if self._keeper.stdin is not None:
            with suppress(BrokenPipeError):
                self._keeper.stdin.close()
        self._keeper.wait()

    def kill(self) -> None:
        """As a crash: SIGKILL to the server and its children."""
        if self.pid and self._keeper.poll() is None:
            keeper.kill(self.pid)
        self.stop()

    def _last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])


class Stoppable:
    """Stopped at the end of the block."""

    __slots__ = ()

    def stop(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


@dataclass(frozen=True, slots=True)
class Server(Stoppable):
    directory: Path
    port: int
    password: str = field(repr=False)
    process: Process = field(repr=False)

    def stop(self) -> None:
        """In order; waits until it is gone. `start` on the same directory goes on where it stopped."""
        self.process.stop()

    def kill(self) -> None:
        """As a crash. `start` on the same directory recovers what was safely kept, on the same port."""
        self.process.kill()


def launch(
    directory: Path, lock: int, prepare: Callable[[], Order], ready: Callable[[Process], bool], seconds: float
) -> Process:
    """A server that is ready. Prepares it anew, with other ports, when a port was taken. Raises ServerFailed."""
    for attempt in range(ATTEMPTS):
        order = prepare()
        process = Process(order, renew_log(directory), lock)
        try:
            process.wait_until(partial(ready, process), seconds)
        except ServerFailed:
            if attempt + 1 == ATTEMPTS or all(map(is_free, order.ports)):
                raise
        else:
            return process
    raise AssertionError("the last attempt returns or raises")


@contextmanager
def sole_use(home: Path, seconds: float = 10.0) -> Iterator[int]:
    """The lock on a home, as a file descriptor that the keeper inherits and holds while the server runs.

    Waits for a keeper whose asker died a moment ago; raises ServerFailed while another process uses the server.
    """
    descriptor = os.open(home / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + seconds
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise ServerFailed(f"the server in {home} is in use by another process; end that first") from None
                time.sleep(0.1)
        yield descriptor
    finally:
        os.close(descriptor)


def end_left_behind(home: Path, *others: int) -> None:
    """Kills what an earlier keeper left running (it was killed itself). Known by their working directory, because
    process ids are used again.
    """
    recorded = home / "pids"
    pids = [int(pid) for pid in recorded.read_text().split()] if recorded.exists() else []
    for pid in {*pids, *others}:
        with suppress(OSError):
            if Path(f"/proc/{pid}/cwd").samefile(home / "data"):
                keeper.kill(pid)
                _wait_for_end(pid)
    recorded.unlink(missing_ok=True)


def _wait_for_end(pid: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while not has_ended(pid) and time.monotonic() < deadline:
        time.sleep(PAUSE)


def has_ended(pid: int) -> bool:
    """Also when nobody has asked after it yet (a zombie). Needs /proc."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def free_port(wish: int | None = None) -> int:
    """The port wished for, if it is free. Otherwise one below the range from which systems take outgoing ports, so
    that it is likely free again at the next start, and above those of systems with ports in a row.
    """
    if wish is not None and is_free(wish):
        return wish
    while not is_free(port := 26_500 + secrets.randbelow(5_500)):
        pass
    return port


def is_free(port: int) -> bool:
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def renew_log(directory: Path) -> Path:
    """An empty log; the last one is kept as server.log.1."""
    log = directory / "server.log"
    if log.exists():
        log.replace(directory / "server.log.1")
    return log


def read_record(directory: Path) -> dict[str, Any]:
    """What an earlier start of this directory chose: passwords, ports. Empty if it never finished."""
    path = directory / "server.json"
    return dict(json.loads(path.read_text())) if path.exists() else {}


def write_record(directory: Path, record: Mapping[str, Any]) -> None:
    fresh = directory / "server.json.new"
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(record, file, indent=2)
    fresh.replace(directory / "server.json")
