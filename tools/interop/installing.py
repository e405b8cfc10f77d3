"""Puts the clients, as their lock files say, into a folder of their own, beside what we depend on.

A lock has hashes (Python) or integrity (npm) and no address: the registry is what the machine's pip, uv and npm use.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

from tools.contracts.node import NODE, NPM, ROOT
from tools.interop.catalogue import Client

PROGRAMS: Final = Path(__file__).parent / "programs"
_LOCKS: Final = Path(__file__).parent / "locks"
ALL: Final = "clients"
QUICK: Final = "quick"


@dataclass(frozen=True, slots=True)
class Place:
    """A folder with the programs, and what they import beside them."""

    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / ".venv/bin/python"

    def command(self, client: Client) -> list[str]:
        runner = self.python if client.registry == "PyPI" else NODE
        return [str(runner), str(self.folder / client.program)]

    def version(self, client: Client) -> str:
        """The one that is installed."""
        if client.registry == "npm":
            document = json.loads((self.folder / "node_modules" / client.package / "package.json").read_text("utf-8"))
            return str(document["version"])
        site = next((self.folder / ".venv/lib").glob("python*/site-packages"))
        found = next(iter(metadata.distributions(name=client.package, path=[str(site)])))
        return str(found.version)


def install(which: str, to: Path = ROOT / ".cache/interop") -> Place:
    """Those of `locks/clients.*`, or the few of `locks/quick.*`. Does nothing where they are there."""
    place = Place(to / which)
    place.folder.mkdir(parents=True, exist_ok=True)
    with (place.folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests may run side by side
        _install(place, which)
    return place


def _install(place: Place, which: str) -> None:
    _once(place.folder / ".python", _LOCKS / f"{which}.lock", lambda lock: _install_python(place, lock))
    node = _LOCKS / which / "package-lock.json"
    if node.exists():
        _once(place.folder / ".node", node, lambda lock: _install_node(place, lock.parent))
    for program in PROGRAMS.iterdir():
        if program.is_file():
            shutil.copy(program, place.folder)


def _once(stamp: Path, lock: Path, doing: Callable[[Path], None]) -> None:
    wanted = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    stamp.unlink(missing_ok=True)
    doing(lock)
    stamp.write_text(wanted)


def _install_python(place: Place, lock: Path) -> None:
    uv = [sys.executable, "-m", "uv", "--quiet"]
    _run([*uv, "venv", "--clear", "--python", sys.executable, str(place.folder / ".venv")], place.folder)
    _run([*uv, "pip", "install", "--python", str(place.python), "--require-hashes", "-r", str(lock)], place.folder)


def _install_node(place: Place, locked: Path) -> None:
    for file in (".npmrc", "package.json", "package-lock.json"):
        shutil.copy(locked / file, place.folder)
    _run([str(NODE), str(NPM), "ci", "--loglevel=error"], place.folder)


def _run(command: list[str], folder: Path) -> None:
    if subprocess.run(command, cwd=folder, env=os.environ | _caches(), check=False).returncode:  # noqa: S603 - ours
        sys.exit("The clients could not be installed; is a package registry within reach?")


def _caches() -> dict[str, str]:
    """The tools' own, unless the user has no home to keep them in; and the certificates that the machine trusts."""
    trusted = {"UV_SYSTEM_CERTS": "true"} if Path("/etc/ssl/certs/ca-certificates.crt").exists() else {}
    if os.access(Path.home(), os.W_OK):
        return trusted
    return trusted | {"npm_config_cache": str(ROOT / ".cache/npm"), "UV_CACHE_DIR": str(ROOT / ".cache/uv")}
