"""Finds RabbitMQ's programs: installed on the machine, else unpacked from its distribution's packages."""

import platform
import re
import shutil
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from shared.private_servers.account import Account
from shared.private_servers.errors import ServerFailed
from shared.private_servers.places import locked, store
from shared.private_servers.unpacked import Unpacked, UnpackFailed, library_folders

CORE = ("rabbit_common", "rabbit")


@dataclass(frozen=True)
class Broker:
    """RabbitMQ and Erlang below `root`, in a distribution's layout."""

    root: Path

    @property
    def erlang(self) -> Path:
        return self.root / "usr/lib/erlang"

    @cached_property
    def programs(self) -> Path:
        """The folder of erlexec, beam.smp and epmd."""
        return self._newest("usr/lib/erlang", "erts-*/bin")

    @cached_property
    def home(self) -> Path:
        return self._newest("usr/lib/rabbitmq/lib", "rabbitmq_server-*")

    @property
    def libraries(self) -> list[Path]:
        """Shared libraries that were unpacked because the machine lacks them."""
        return [] if self == INSTALLED else library_folders(self.root)

    def is_complete(self) -> bool:
        return all(list(self.root.glob(p)) for p in ("usr/lib/erlang/erts-*/bin/erlexec", "usr/lib/rabbitmq/lib/*"))

    @cached_property
    def applications(self) -> dict[str, Path]:
        """RabbitMQ's core and what it needs, by name, without the plugins: looking through those at every start costs
        a second. Empty when the layout is another one; then everything is to be offered.
        """
        offered = {path.name.rpartition("-")[0]: path for path in self.home.glob("plugins/*-*") if path.is_dir()}
        needed: dict[str, Path] = {}
        waiting = list(CORE)
        while waiting:
            name = waiting.pop()
            if name in offered and name not in needed:
                needed[name] = offered[name]
                waiting += _requirements(offered[name] / "ebin" / f"{name}.app")
        return needed if set(CORE) <= needed.keys() else {}

    def _newest(self, folder: str, pattern: str) -> Path:
        return max((self.root / folder).glob(pattern), key=lambda path: [int(n) for n in re.findall(r"\d+", str(path))])


INSTALLED = Broker(Path("/"))


def find_broker(account: Account) -> Broker:
    """Raises ServerFailed saying what to install."""
    if INSTALLED.is_complete() and account.reaches(INSTALLED.programs):
        return INSTALLED
    place = store(account)
    kept = Broker(place / f"rabbitmq-{_system()}")
    with locked(place / "rabbitmq.lock"):
        if not kept.is_complete():
            try:
                _unpack(place, kept.root)
            except UnpackFailed as error:
                raise ServerFailed(
                    f"RabbitMQ is not on this machine and could not be fetched: {error}\nInstall it (Debian, Ubuntu:"
                    " apt-get install rabbitmq-server), or name a broker (TEST_AMQP_URL for tests, BROKER to run)"
                ) from error
    return kept


def _unpack(place: Path, kept: Path) -> None:
    shutil.rmtree(kept, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=place) as work:
        packages = Unpacked(Path(work), "rabbitmq-server")
        packages.add(r"rabbitmq-server|erlang-.*")
        broker = Broker(packages.root)
        needed = [broker.programs / "beam.smp", broker.programs / "epmd", *packages.root.glob("**/crypto.so")]
        packages.complete_libraries(needed)
        packages.root.chmod(0o755)
        packages.root.replace(kept)


def _system() -> str:
    """Names the distribution's release: programs of one need not run on another that shares the store."""
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        release = {}
    return f"{release.get('ID', 'unknown')}-{release.get('VERSION_ID', '0')}-{platform.machine()}"


def _requirements(application: Path) -> list[str]:
    """Names in the `applications` of an Erlang application's resource file."""
    listed = re.search(r"\{\s*applications\s*,\s*\[(.*?)\]", application.read_text(errors="replace"), re.DOTALL)
    return re.findall(r"\w+", listed[1]) if listed else []
