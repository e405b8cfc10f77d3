"""Where private servers keep things: a store per user for programs, a home per server for data.

As root the store is /var/lib/helseverktoy, otherwise ~/.cache/helseverktoy; where that cannot be,
/var/tmp/helseverktoy-<uid>. PRIVATE_SERVERS_STORE names another place.
"""

import fcntl
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from devkit.servers.account import Account
from devkit.servers.errors import ServerFailed

CHOICE = "PRIVATE_SERVERS_STORE"


def store(account: Account) -> Path:
    """A directory that only this user can have put anything into, and that the account reaches. Raises ServerFailed."""
    refused = []
    for place in _candidates():
        try:
            place.mkdir(parents=True, exist_ok=True)
            if _is_ours(place) and account.reaches(place):
                return place
        except OSError as error:
            refused.append(str(error))
        refused.append(f"{place} is not ours alone, or cannot be reached by the servers' user")
    raise ServerFailed(f"no place to keep programs and data in: {'; '.join(refused)}; set {CHOICE}")


def _candidates() -> Iterator[Path]:
    if CHOICE in os.environ:
        yield Path(os.environ[CHOICE]).absolute()
        return
    if os.geteuid() == 0:
        yield Path("/var/lib/helseverktoy")
    else:
        with suppress(RuntimeError):  # a user without a home directory
            yield Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "helseverktoy"
    yield Path(f"/var/tmp/helseverktoy-{os.geteuid()}")  # noqa: S108 - somebody else's is refused by _is_ours


def _is_ours(place: Path) -> bool:
    found = place.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        return False
    if os.geteuid() == 0:
        place.chmod(0o755)  # a strict umask would keep the servers' user out
    return os.access(place, os.W_OK | os.X_OK)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process at a time; the lock ends with the process."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def home_of(directory: Path, account: Account) -> Path:
    """Where the server of `directory` really lives: there, or, if its account cannot get there, in the store.

    The place follows from the directory's path, so that the next start finds it.
    """
    directory.mkdir(parents=True, exist_ok=True)
    if account.reaches(directory):
        return directory
    homes = store(account) / "servers"
    home = homes / sha256(os.fsencode(directory)).hexdigest()[:16]
    with locked(homes.parent / "servers.lock"):
        _forget_orphans(homes)
        home.mkdir(parents=True, exist_ok=True)
        (home / "directory").write_text(str(directory))
    for made in (homes, home):
        made.chmod(0o711)
    return home


def _forget_orphans(homes: Path) -> None:
    """Removes the homes of directories that are gone (a test run's, say), unless a server still runs there."""
    for origin in homes.glob("*/directory"):
        if Path(origin.read_text()).is_dir():
            continue
        with (origin.parent / "lock").open("w") as lock, suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(origin.parent, ignore_errors=True)
