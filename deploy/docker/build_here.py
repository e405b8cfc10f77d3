"""The Dockerfile's steps in a clean folder, where there is no Docker: `python deploy/docker/build_here.py FOLDER`.

Reads the Dockerfile and runs what `--target` (service) and `--service` (catalog-api) need of it. What is / in an image
is FOLDER/root here, one for all stages; the base image is a virtual environment with pip, of the Python that runs this.
Nothing is given to another user, and USER is passed over.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

BASE_IMAGE = "${PYTHON}"
REPOSITORY = Path(__file__).parents[2]
# of the environment, what pip needs to find packages; nothing else of this machine is known to a step
PASSED_ON = re.compile(r"PIP_\w+|\w+_proxy|SSL_CERT_\w+|REQUESTS_CA_BUNDLE|HOME|LANG", re.IGNORECASE)
PATH_IN_IMAGE = re.compile(r"(?<=[\s=])(/[a-z][\w./-]*)")
# `install` without what only root may
INSTALL = """#!/bin/sh
for word; do
    shift
    case $word in -o|-g) skip=1 ;; *) [ "${skip:-}" ] || set -- "$@" "$word"; skip= ;; esac
done
exec /usr/bin/install "$@"
"""


@dataclass(frozen=True)
class Stage:
    base: str
    steps: list[tuple[str, str]] = field(default_factory=list)  # instruction and its arguments

    @property
    def needs(self) -> list[str]:
        return [self.base, *(match[1] for _, text in self.steps if (match := re.match(r"--from=(\S+)", text)))]


def read_stages(dockerfile: str) -> dict[str, Stage]:
    stages: dict[str, Stage] = {}
    stage = Stage("")
    for instruction, text in _instructions(dockerfile):
        if instruction == "FROM":
            base, _, name = text.partition(" AS ")
            stages[name] = stage = Stage(base)
        else:
            stage.steps.append((instruction, text))
    return stages


def _instructions(dockerfile: str) -> Iterator[tuple[str, str]]:
    lines = [line for line in dockerfile.splitlines() if line.strip() and not line.startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        instruction, _, text = line.partition(" ")
        yield instruction, text.strip()


def in_order(stages: dict[str, Stage], target: str) -> list[str]:
    """The stages that the target is made of, each after those that it needs."""
    before = [name for needed in stages[target].needs if needed in stages for name in in_order(stages, needed)]
    return list(dict.fromkeys([*before, target]))


class Build:
    def __init__(self, folder: Path, arguments: dict[str, str]) -> None:
        self.root = folder / "root"
        self._tools = folder / "base/bin"
        self._arguments = arguments
        base = {name: value for name, value in os.environ.items() if PASSED_ON.fullmatch(name)}
        base |= {"PATH": f"{self._tools}:/usr/bin:/bin"}
        # base image or stage to its environment and its folder
        self._left = {BASE_IMAGE: (base, self.root)}
        self._environment, self._place = base, self.root

    def prepare(self) -> None:
        self.root.mkdir(parents=True)
        subprocess.run([sys.executable, "-m", "venv", str(self._tools.parent)], check=True)  # noqa: S603 - our Python
        shim = self._tools / "install"
        shim.write_text(INSTALL)
        shim.chmod(0o755)

    def run(self, name: str, stage: Stage) -> None:
        environment, self._place = self._left[stage.base]
        self._environment = dict(environment)
        for instruction, text in stage.steps:
            print(f"{instruction} {text}", flush=True)  # noqa: T201 - for a person at a terminal
            getattr(self, f"_{instruction.lower()}")(text)
        self._left[name] = (self._environment, self._place)

    def _run(self, text: str) -> None:
        command = ["/bin/sh", "-euc", self._here(text)]
        subprocess.run(command, cwd=self._place, env=self._environment, check=True)  # noqa: S603 - the Dockerfile's own

    def _env(self, text: str) -> None:
        for setting in self._here(text).split():
            name, _, value = setting.partition("=")
            self._environment[name] = value.replace("$PATH", self._environment["PATH"])

    def _workdir(self, text: str) -> None:
        self._place = self.root / text.lstrip("/")
        self._place.mkdir(parents=True, exist_ok=True)

    def _copy(self, text: str) -> None:
        if text.startswith("--from="):
            copied = Path(self._here(text).split()[1])
            assert copied.is_dir(), f"{copied} was not made"  # noqa: S101 - one root: it is where it is to be
            return
        source, target = re.sub(r"\$\{(\w+)\}", lambda name: self._arguments[name[1]], text).split()
        place = self._place / target
        if (REPOSITORY / source).is_dir():
            shutil.copytree(REPOSITORY / source, place, ignore=shutil.ignore_patterns("tests", "__pycache__", ".*"))
        else:
            shutil.copy(REPOSITORY / source, place)

    def _arg(self, text: str) -> None:
        self._environment[text] = self._arguments[text]

    def _user(self, text: str) -> None:
        """Passed over."""

    def _here(self, text: str) -> str:
        return PATH_IN_IMAGE.sub(lambda path: f"{self.root}{path[1]}", f" {text}").strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="made by this, and empty before")
    parser.add_argument("--service", default="catalog-api")
    parser.add_argument("--target", default="service")
    given = parser.parse_args()
    stages = read_stages((REPOSITORY / "deploy/docker/Dockerfile").read_text("utf-8"))
    build = Build(given.folder.absolute(), {"SERVICE": given.service})
    build.prepare()
    for name in in_order(stages, given.target):
        build.run(name, stages[name])


if __name__ == "__main__":
    main()
