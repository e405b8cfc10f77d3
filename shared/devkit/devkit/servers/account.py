"""The operating system user that private servers run as.

Root gives way to a user that already exists (PostgreSQL refuses to run as root); anyone else runs them as themselves.
"""

import os
import pwd
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devkit.servers.errors import ServerFailed

CHOICE = "PRIVATE_SERVERS_USER"
USUAL = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    uid: int
    gid: int
    other: bool
    """Whether it is another user than the one this process runs as."""

    def identity(self) -> dict[str, Any]:
        """Arguments that make subprocess start a program as this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.other else {}

    def run(self, *command: str | Path, environment: Mapping[str, str] | None = None) -> tuple[bool, str]:
        """Whether the program succeeded, and all it said."""
        try:
            done = subprocess.run(  # noqa: S603 - programs of the server itself, never a user's words
                command,
                **self.identity(),
                cwd="/",
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
            )
        except OSError as error:
            return False, str(error)
        return done.returncode == 0, done.stdout

    def reaches(self, directory: Path) -> bool:
        """Asked of the kernel, as this account: modes, groups, access lists and mounts all count."""
        return self.run("/bin/sh", "-c", 'test -r "$1" && test -x "$1"', "sh", directory)[0]

    def give(self, path: Path) -> None:
        if self.other:
            os.chown(path, self.uid, self.gid)


def server_account() -> Account:
    """Raises ServerFailed when root has nobody to give way to; PRIVATE_SERVERS_USER names somebody."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), other=False)
    names = (os.environ[CHOICE],) if CHOICE in os.environ else USUAL
    for name in names:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(entry.pw_uid, entry.pw_gid, other=True)
    raise ServerFailed(f"private servers do not run as root, and there is no user {' or '.join(names)}: set {CHOICE}")
