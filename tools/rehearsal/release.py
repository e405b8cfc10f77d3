"""The code of the release before, as git has it: what a rolling upgrade finds running.

Of a release that knows all of today's migrations there is nothing to see; the one before that is older than the schema.
"""

import io
import subprocess
import tarfile
from pathlib import Path
from typing import Final

from sandbox.services import SERVICES

ROOT: Final = Path(__file__).parents[2]
RELEASED: Final = "deploy/released-migrations.sha256"
"""Changed with each release, and not otherwise: the migrations of the release, each after its digest."""
MIGRATIONS: Final = ("shared/shared/schema/*.sql", "services/*/migrations/versions/*.py")


class NoHistory(Exception):
    """This copy of the repository does not go back to the release."""


def unpack(place: Path) -> str:
    """Puts the code of the newest release there that lacks a migration. Returns its commit. Raises NoHistory."""
    if _git("rev-parse", "--is-shallow-repository").strip() == b"true":
        raise NoHistory("the history was cut off when the repository was fetched")
    commit = _older_than_the_schema()
    with tarfile.open(fileobj=io.BytesIO(_git("archive", commit, "shared", "services"))) as archive:
        archive.extractall(place, filter="data")
    return commit


def _older_than_the_schema() -> str:
    today = {str(path.relative_to(ROOT)) for pattern in MIGRATIONS for path in ROOT.glob(pattern)}
    tags = _git("tag", "--list", "v*", "--sort=-version:refname").decode().split()
    # copies without tags, and releases of before there were any
    commits = _git("log", "--format=%H", "--", RELEASED).decode().split()
    for commit in (*tags, *commits):
        digests_and_names = _git("show", f"{commit}:{RELEASED}").decode().split()
        if today.difference(digests_and_names[1::2]):
            return commit
    raise NoHistory("every release knows all migrations")


def python_path(place: Path) -> str:
    """Before what is installed: processes that are told so run the code in `place`."""
    folders = [place / "shared", *(place / "services" / service.name for service in SERVICES)]
    return ":".join(map(str, folders))


def _git(*arguments: str) -> bytes:
    try:
        return subprocess.run(["git", "-C", ROOT, *arguments], check=True, capture_output=True).stdout  # noqa: S603, S607
    except (OSError, subprocess.CalledProcessError) as error:
        raise NoHistory(str(error)) from error
