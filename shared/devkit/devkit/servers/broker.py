"""Finds RabbitMQ's programs: installed on the machine, else unpacked from its distribution's packages.

Those of another release of Debian need a newer C library than the machine may have. They are unpacked together with
all their libraries and started by their own loader, so that nothing of the machine's is mixed in.
"""

import platform
import re
import shutil
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from devkit.servers.account import Account
from devkit.servers.errors import ServerFailed
from devkit.servers.places import locked, store
from devkit.servers.unpacked import (
    Unpacked,
    UnpackFailed,
    library_folders,
    name_of_system,
    release_of_machine,
)

CORE = ("rabbit_common", "rabbit")
LIBRARIES = "own-libraries"


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

    @property
    def version(self) -> str:
        return self.home.name.rpartition("-")[2]

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


def find_broker(account: Account, release: str | None = None) -> Broker:
    """The machine's own, or that of another release of Debian. Raises ServerFailed saying what to install."""
    other = release if release != release_of_machine() else None
    if other is None and INSTALLED.is_complete() and account.reaches(INSTALLED.programs):
        return INSTALLED
    place = store(account)
    kept = Broker(place / f"rabbitmq-{f'debian-{other}-{platform.machine()}' if other else name_of_system()}")
    with locked(place / "rabbitmq.lock"):
        if not kept.is_complete():
            try:
                _unpack(place, kept.root, other)
            except UnpackFailed as error:
                raise ServerFailed(
                    f"RabbitMQ is not on this machine and could not be fetched: {error}\nInstall it (Debian, Ubuntu:"
                    " apt-get install rabbitmq-server), or name a broker (TEST_AMQP_URL for tests, BROKER to run)"
                ) from error
    return kept


def _unpack(place: Path, kept: Path, release: str | None) -> None:
    shutil.rmtree(kept, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=place) as work:
        packages = Unpacked(Path(work), "rabbitmq-server", release)
        broker = Broker(packages.root)
        if release:
            packages.add(r"rabbitmq-server|erlang-.*|zlib1g|lib(?!python).*")
            _stand_alone(broker, kept)
        else:
            packages.add(r"rabbitmq-server|erlang-.*")
            needed = [broker.programs / "beam.smp", broker.programs / "epmd", *packages.root.glob("**/crypto.so")]
            packages.complete_libraries(needed)
        packages.root.chmod(0o755)
        packages.root.replace(kept)


def _stand_alone(broker: Broker, kept: Path) -> None:
    """Puts before each of Erlang's programs a script that starts it by the loader it was built for. An environment
    variable would reach the machine's own programs as well, which cannot start with another C library.
    """
    loader = next(broker.root.glob("usr/lib/*/ld-linux*.so.*"), None)
    if loader is None:
        raise UnpackFailed("the packages hold no loader of programs")
    loader.parent.rename(broker.root / LIBRARIES)
    found = [*broker.programs.iterdir(), *broker.erlang.glob("lib/*/priv/bin/*")]
    for program in (it for it in found if it.read_bytes()[:4] == b"\x7fELF"):
        built = program.rename(program.with_name(f"{program.name}.elf"))
        place = kept / built.relative_to(broker.root)
        started = f"'{kept / LIBRARIES / loader.name}' --library-path '{kept / LIBRARIES}' '{place}'"
        program.write_text(f'#!/bin/sh\nexec {started} "$@"\n')
        program.chmod(0o755)


def _requirements(application: Path) -> list[str]:
    """Names in the `applications` of an Erlang application's resource file."""
    listed = re.search(r"\{\s*applications\s*,\s*\[(.*?)\]", application.read_text(errors="replace"), re.DOTALL)
    return re.findall(r"\w+", listed[1]) if listed else []
