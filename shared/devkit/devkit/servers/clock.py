"""A clock that can be moved, for a private server: what the server reads as the time is some seconds ahead of it.

By libfaketime, installed on the machine or unpacked from its distribution's packages (Debian, Ubuntu), as RabbitMQ is.
Only the time of day is moved: waits and timeouts last as long as ever.
"""

import platform
import shutil
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from devkit.servers.account import server_account
from devkit.servers.errors import ServerFailed
from devkit.servers.places import home_of, locked, store
from devkit.servers.unpacked import Unpacked, UnpackFailed, name_of_system

LIBRARY: Final = "usr/lib/*/faketime/libfaketime.so.1"
CACHED: Final = 1
"""Seconds for which a process keeps what it has read of the file."""


@dataclass(frozen=True, slots=True)
class ServerClock:
    library: Path
    file: Path

    @property
    def environment(self) -> dict[str, str]:
        """For the server's own programs, from their start."""
        return {
            "LD_PRELOAD": str(self.library),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_CACHE_DURATION": str(CACHED),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }

    def move(self, ahead: timedelta) -> None:
        """Seen by processes that were started with the environment, within a second."""
        written = self.file.with_suffix(".new")
        written.write_text(f"+{int(ahead.total_seconds())}\n")
        written.chmod(0o644)
        written.replace(self.file)


def find_clock(directory: Path) -> ServerClock:
    """The clock that is kept in that directory; it stands at the real time. Raises ServerFailed."""
    account = server_account()
    clock = ServerClock(_find_library(store(account)), home_of(directory.absolute(), account) / "ahead")
    clock.move(timedelta())
    return clock


def _find_library(place: Path) -> Path:
    kept = place / f"libfaketime-{name_of_system()}"
    with locked(place / "libfaketime.lock"):
        for root in (Path("/"), kept):
            if found := next(root.glob(LIBRARY), None):
                return found
        try:
            _unpack(place, kept)
        except UnpackFailed as error:
            raise ServerFailed(
                f"libfaketime is not on this machine and could not be fetched: {error}\nInstall it (Debian, Ubuntu:"
                " apt-get install libfaketime)"
            ) from error
    return next(kept.glob(LIBRARY))


def _unpack(place: Path, kept: Path) -> None:
    shutil.rmtree(kept, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=place) as work:
        packages = Unpacked(Path(work), "libfaketime")
        packages.add("libfaketime")
        if next(packages.root.glob(LIBRARY), None) is None:
            raise UnpackFailed(f"its package holds no library for {platform.machine()}")
        packages.root.chmod(0o755)
        packages.root.replace(kept)
