"""`make release VERSION=1.1.0`: one version for packages and contracts, promised and tagged.

Writes shared/shared/version.py and the heading in the changelog, makes the contracts and migrations of this commit the
promised ones, commits, and tags. What the contracts take back of earlier promises is listed, and needs a major version.
"""

import argparse
import hashlib
import os
import re
import subprocess
import sys
from datetime import date
from typing import Final

from tools.rehearsal.release import MIGRATIONS, RELEASED, ROOT, python_path

VERSION_FILE: Final = "shared/shared/version.py"
CHANGELOG: Final = "CHANGELOG.md"
_VERSION: Final = re.compile(r'(?<=__version__ = ")(\d+)\.(\d+)\.(\d+)(?=")')
_UNRELEASED: Final = "## Unreleased\n"

Numbers = tuple[int, ...]


class NotReleased(Exception):
    """Nothing is written; says why."""


def numbers_of(version: str) -> Numbers:
    """Raises NotReleased for anything but major.minor.patch."""
    if not re.fullmatch(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}", version):
        raise NotReleased(f"{version!r} is not a version: major.minor.patch")
    return tuple(map(int, version.split(".")))


def headed(changelog: str, version: str, day: date) -> str:
    """What stands under Unreleased gets the version and the day. Raises NotReleased when nothing stands there."""
    before, found, after = changelog.partition(_UNRELEASED)
    if not found or after.lstrip().startswith("## "):
        raise NotReleased(f"{CHANGELOG} has nothing under Unreleased")
    return f"{before}{_UNRELEASED}\n## {version} - {day.isoformat()}\n{after}"


def release(version: str, day: date) -> None:
    """Raises NotReleased before anything is written, or for contracts that only a new major version may have."""
    numbers, released = numbers_of(version), _released()
    if numbers <= released:
        raise NotReleased(f"{version} is not newer than {'.'.join(map(str, released))}")
    if _git("status", "--porcelain"):
        raise NotReleased("there are changes that are not committed")
    changelog = headed((ROOT / CHANGELOG).read_text("utf-8"), version, day)
    broken = _python("tools.contracts.breaking", "openapi")
    if broken.returncode and numbers[0] == released[0]:
        raise NotReleased(f"{broken.stdout}this needs version {released[0] + 1}.0.0")
    (ROOT / CHANGELOG).write_text(changelog, "utf-8")
    _write_version(version)
    for arguments in (("tools.contracts", "openapi"), ("tools.contracts.breaking", "openapi", "--release")):
        _python(*arguments).check_returncode()
    (ROOT / RELEASED).write_text("".join(_digests()), "utf-8")
    _git("commit", "--quiet", "--all", "--message", f"Release {version}")
    _git("tag", "--annotate", f"v{version}", "--message", f"Release {version}")


def _released() -> Numbers:
    found = _VERSION.search((ROOT / VERSION_FILE).read_text("utf-8"))
    return tuple(map(int, found.groups())) if found else ()


def _write_version(version: str) -> None:
    text = (ROOT / VERSION_FILE).read_text("utf-8")
    (ROOT / VERSION_FILE).write_text(_VERSION.sub(version, text), "utf-8")


def _digests() -> list[str]:
    files = sorted(path for pattern in MIGRATIONS for path in ROOT.glob(pattern))
    return [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.relative_to(ROOT)}\n" for file in files]


def _python(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": python_path(ROOT)}
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)  # noqa: S603 - our own


def _git(*arguments: str) -> str:
    command = ["git", *arguments]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout  # noqa: S603


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("version")
    version = parser.parse_args().version
    try:
        release(version, date.today())  # noqa: DTZ011 - the day where the release is made
    except NotReleased as error:
        sys.exit(f"Not released: {error}")
    print(f"Released: v{version}. `git push --follow-tags` sends it.")


if __name__ == "__main__":
    main()
