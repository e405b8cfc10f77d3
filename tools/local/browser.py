"""A browser for tests of pages: the machine's own Chromium, or one from npm, which needs no root and nothing installed.

The one from npm looks for fonts where it is meant to run, and without any it ends by SIGTRAP at the first sign that no
font has (`SkFontMgr_FontConfigInterface.cpp: Not implemented`): it is told where its own are.
"""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tools.contracts.node import NODE, ROOT, install

FOLDER: Final = ROOT / "tests/web/node"
AXE: Final = FOLDER / "node_modules/axe-core/axe.min.js"
_UNPACKED: Final = ROOT / ".cache/chromium"
_FONTS: Final = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{0}/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>{0}/fonts-cache</cachedir>
</fontconfig>
"""
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
    told = {"LD_LIBRARY_PATH": libraries, "FONTCONFIG_FILE": str(_UNPACKED / "own-fonts.conf")}
    return Browser(_UNPACKED / "chromium", (*_OPTIONS, "--headless=shell"), told)


def invalid(pages: Path) -> str:
    """What html-validate, which nobody here wrote, finds in the pages of a folder; empty for nothing."""
    program = FOLDER / "node_modules/html-validate/bin/html-validate.mjs"
    command = [str(NODE), str(program), "--config", str(FOLDER / "htmlvalidate.json"), f"{pages}/*.html"]
    found = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False)  # noqa: S603 - as below
    return found.stdout + found.stderr


def _unpack() -> None:
    stamp = _UNPACKED / ".unpacked"
    wanted = hashlib.sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    shutil.rmtree(_UNPACKED, ignore_errors=True)
    subprocess.run([str(NODE), str(FOLDER / "unpack.mjs"), str(_UNPACKED)], check=True)  # noqa: S603 - a pinned package
    (_UNPACKED / "own-fonts.conf").write_text(_FONTS.format(_UNPACKED))
    stamp.write_text(wanted)
