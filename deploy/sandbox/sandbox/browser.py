"""A browser for tests of pages: the machine's own Chromium, or one from npm, which needs no root and nothing installed.

The one from npm ends where no font has a sign that is shown (an emoji, say): tests show none.
"""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sandbox.contracts.node import NODE, ROOT, install

FOLDER: Final = ROOT / "tests/web/node"
AXE: Final = FOLDER / "node_modules/axe-core/axe.min.js"
_UNPACKED: Final = ROOT / ".cache/chromium"
_OPTIONS: Final = ("--no-sandbox", "--disable-gpu")


@dataclass(frozen=True, slots=True)
class Browser:
    """As Playwright's `launch` takes it."""

    executable: Path
    options: tuple[str, ...]
    environment: Mapping[str, str]

    @property
    def launching(self) -> dict[str, object]:
        environment = dict(os.environ) | dict(self.environment)
        return {"executable_path": str(self.executable), "args": list(self.options), "env": environment}


def find() -> Browser:
    """Installs what is missing; some seconds the first time."""
    install(FOLDER)
    if own := shutil.which("chromium"):
        return Browser(Path(own), _OPTIONS, {})
    _unpack()
    libraries = f"{_UNPACKED}/lib:{_UNPACKED}"
    told = {"LD_LIBRARY_PATH": libraries, "FONTCONFIG_PATH": str(_UNPACKED)}
    return Browser(_UNPACKED / "chromium", (*_OPTIONS, "--headless=shell"), told)


def _unpack() -> None:
    stamp = _UNPACKED / ".unpacked"
    wanted = hashlib.sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    shutil.rmtree(_UNPACKED, ignore_errors=True)
    subprocess.run([str(NODE), str(FOLDER / "unpack.mjs"), str(_UNPACKED)], check=True)  # noqa: S603 - a pinned package
    stamp.write_text(wanted)
