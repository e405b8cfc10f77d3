"""Runs a server's programs and ends them when the process that asked for them is gone.

Started by `process`, as a file and with the standard library only, so that it starts in a moment. Standard input: one
line of JSON (see `process.Order`), then nothing until the asker closes it or dies. Standard output: the server's
process id. It also holds, inherited, the lock on the server's directory.
"""

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

PAUSE = 0.1  # seconds between looks at whether the server still runs


def children(pid: int) -> list[int]:
    """Process ids, where the system has /proc."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = status.read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(after_name[1]) == pid:
            found.append(int(status.parent.name))
    return found


def kill(pid: int) -> None:
    """At once and with its children, which would otherwise hold on to memory and ports for a while."""
    for each in (pid, *children(pid)):
        try:
            os.kill(each, signal.SIGKILL)
        except ProcessLookupError:
            continue


def start(command: dict[str, Any], order: dict[str, Any]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - programs of the server itself, never a user's words
        command["argv"],
        env=command["env"],
        cwd=order["cwd"],
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        start_new_session=True,
        **order["identity"],
    )


def end(process: subprocess.Popen[bytes], by: int, patience: float) -> None:
    if process.poll() is not None:
        return
    process.send_signal(by)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        kill(process.pid)
        process.wait()


def keep(order: dict[str, Any]) -> None:
    running: list[subprocess.Popen[bytes]] = []
    try:
        for command in order["commands"]:
            running.append(start(command, order))
        Path(order["pids"]).write_text(" ".join(str(process.pid) for process in running))
        os.write(1, b"%d\n" % running[-1].pid)
        while running[-1].poll() is None and not select.select([0], [], [], PAUSE)[0]:
            pass
    finally:
        if running:
            end(running.pop(), order["signal"], order["patience"])
        for process in running:
            end(process, signal.SIGTERM, order["patience"])
        Path(order["pids"]).unlink(missing_ok=True)


def main() -> None:
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    for each in (signal.SIGINT, signal.SIGHUP):
        signal.signal(each, lambda *_: None)  # not SIG_IGN, which the server would inherit
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with open(0, "rb", buffering=0, closefd=False) as asker:
        keep(json.loads(asker.readline()))


if __name__ == "__main__":
    main()
