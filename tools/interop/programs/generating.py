"""What the programs that generate Python have in common."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from steps import expect, told

SCRATCH = Path(told("SCRATCH"))
APIS = ("catalog-api", "consent-api", "helsetilbud-api", "notification-service", "prescription-api")
BIN = Path(sys.executable).parent


def begin() -> None:
    """An empty folder, from which what will be generated can be imported."""
    shutil.rmtree(SCRATCH, ignore_errors=True)
    SCRATCH.mkdir(parents=True)
    sys.path.insert(0, str(SCRATCH))


def contract(api: str) -> str:
    return str(Path(told("OPENAPI")) / f"{api}.json")


def package_of(api: str) -> str:
    return api.replace("-", "_")


def run(command: str, *words: str) -> str:
    """A command of the environment; what it says, also in the error when it fails."""
    done = subprocess.run(  # noqa: S603 - pinned packages
        [str(BIN / command), *words], cwd=SCRATCH, env=os.environ | {"MYPY_CACHE_DIR": str(SCRATCH / ".mypy")},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    expect(done.returncode == 0, done.stdout)
    return done.stdout
