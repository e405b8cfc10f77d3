"""Processes that hang: they run no more and keep all that they hold, as a machine does whose disk is gone."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from devkit.servers import keeper


@contextmanager
def hung(*pids: int) -> Iterator[None]:
    """For the length of the block (SIGSTOP, SIGCONT); those that are gone meanwhile do not matter."""
    try:
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


@contextmanager
def hung_server(pid: int) -> Iterator[None]:
    """The process and its children, the parent first: it makes no new ones then."""
    with hung(pid), hung(*keeper.children(pid)):
        yield
