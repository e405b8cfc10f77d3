"""Packages of the machine's own distribution (Debian, Ubuntu), fetched and unpacked into a folder without root; on
Debian also those of another of its releases.

apt checks the signatures as ever; nothing is installed, and apt's own files are only read.
"""

import os
import platform
import re
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

LIMIT = 900  # seconds for one call of apt
LISTS = Path("/var/lib/apt/lists")
KEYS = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


class UnpackFailed(Exception):
    """The text says which step failed and what the program said."""


def _os_release() -> dict[str, str]:
    try:
        return platform.freedesktop_os_release()
    except OSError:
        return {}


def release_of_machine() -> str:
    """Its codename; empty when it has none."""
    return _os_release().get("VERSION_CODENAME", "")


def name_of_system() -> str:
    """Names the distribution's release: programs of one need not run on another that shares the store."""
    release = _os_release()
    return f"{release.get('ID', 'unknown')}-{release.get('VERSION_ID', '0')}-{platform.machine()}"


def library_folders(root: Path) -> list[Path]:
    found = (library.parent for folder in ("lib", "usr/lib") for library in root.glob(f"{folder}/*/*.so.*"))
    return sorted(set(found))


class Unpacked:
    """Packages that installing `goal` on an empty machine would install, as far as they are added."""

    def __init__(self, work: Path, goal: str, release: str | None = None) -> None:
        """`release` is another of Debian's by its codename: from the mirror that the machine has its own from."""
        self.root = work / "root"
        self._archives = work / "archives"
        self._state = work / "apt"
        self._goal = goal
        for folder in (self.root, self._archives, self._state / "lists/partial", self._state / "archives/partial"):
            folder.mkdir(parents=True)
        (self._state / "status").touch()
        self._lists: list[str] = []
        if release:
            self._use(release)

    def _use(self, release: str) -> None:
        """Raises UnpackFailed where Debian's own release comes from nowhere that is known."""
        sources = self._state / "sources.list"
        signed = f"[signed-by={KEYS}] " if KEYS.exists() else ""
        sources.write_text(f"deb {signed}{self._mirror()} {release} main\n")
        lists = ("-o", f"Dir::State::lists={self._state / 'lists'}", "-o", "Acquire::Languages=none")
        self._lists = ["-o", f"Dir::Etc::sourcelist={sources}", "-o", "Dir::Etc::sourceparts=-", *lists]
        self._said(["apt-get", *self._options(), "update"])

    def _mirror(self) -> str:
        machine = _os_release()
        if machine.get("ID") != "debian":
            raise UnpackFailed(f"another release of Debian is fetched on Debian only, this is {machine.get('ID')}")
        form = ["--no-release-info", "--format", "$(RELEASE) $(REPO_URI)", "Created-By: Packages"]
        said = self._said(["apt-get", "indextargets", *form])
        own = machine.get("VERSION_CODENAME", "")
        found = re.search(rf"^(?:{re.escape(own)}|stable|oldstable|testing) (\S+)$", said, re.MULTILINE)
        if not found:
            raise UnpackFailed(f"no package source of this machine has {own or 'its release'}")
        return found[1]

    def add(self, names: str) -> None:
        """Unpacks those whose names match: with the package lists the machine has, else with fresh ones (those here
        may be missing, or so old that they name what is no longer offered).
        """
        try:
            if not self._lists and not any(LISTS.glob("*Packages*")):
                raise UnpackFailed("no package lists")
            self._fetch(names)
        except UnpackFailed:
            if self._lists:
                raise
            self._lists = ["-o", f"Dir::State::lists={self._state / 'lists'}"]
            self._said(["apt-get", *self._options(), "update"], check=False)  # a broken source need not matter
            self._fetch(names)
        for archive in self._archives.glob("*.deb"):
            self._said(["dpkg-deb", "-x", archive, self.root])
            archive.unlink()

    def complete_libraries(self, programs: Sequence[Path]) -> None:
        """Adds the shared libraries the machine lacks, if the programs miss any."""
        if not self._missing(programs):
            return
        installed = self._said(["dpkg-query", "-W", "-f", "${db:Status-Status} ${Package}\n"])
        present = "|".join(re.escape(name) for name in re.findall(r"^installed (\S+)$", installed, re.MULTILINE))
        self.add(rf"(?!(?:{present})$)lib.*")
        if missing := self._missing(programs):
            raise UnpackFailed(f"no package has the libraries {', '.join(missing)}")

    def _fetch(self, names: str) -> None:
        empty = f"Dir::State::status={self._state / 'status'}"
        simulation = ["-s", "-o", empty, "install", "--no-install-recommends", self._goal]
        planned = self._said(["apt-get", *self._options(), *simulation])
        found = re.findall(r"^Inst (\S+) \((\S+) ", planned, re.MULTILINE)
        wanted = [f"{name}={version}" for name, version in found if re.fullmatch(names, name)]
        if not wanted:
            raise UnpackFailed(f"{self._goal} is not offered by this machine's package sources")
        self._said(["apt-get", *self._options(), "download", *wanted])

    def _options(self) -> Iterable[str]:
        yield from ("-q", "-o", f"Dir::Cache={self._state}", *self._lists)
        yield from ("-o", "APT::Sandbox::User=", "-o", "Acquire::Retries=2")

    def _missing(self, programs: Sequence[Path]) -> list[str]:
        folders = ":".join(map(str, library_folders(self.root)))
        search = {"LD_LIBRARY_PATH": folders} if folders else {}
        said = "".join(self._said(["ldd", program], check=False, extra=search) for program in programs)
        return sorted(set(re.findall(r"(\S+) => not found", said)))

    def _said(self, command: Sequence[str | Path], *, check: bool = True, extra: dict[str, str] | None = None) -> str:
        try:
            done = subprocess.run(  # noqa: S603 - fixed programs with package names of this package
                command,
                cwd=self._archives,
                env={**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive", **(extra or {})},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                timeout=LIMIT,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise UnpackFailed(f"{command[0]}: {error}") from error
        if check and done.returncode != 0:
            raise UnpackFailed(f"{command[0]} said: {done.stdout.strip()[-1000:]}")
        return done.stdout
