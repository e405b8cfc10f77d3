"""The Dockerfile's steps, run in a clean folder by deploy/docker/build_here.py."""

import json
import re
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "deploy/docker/build_here.py"
INSPECTING = """
import importlib, json
from importlib.metadata import distributions
for module in ("catalog_api.app", "catalog_api.worker", "shared.migrate"):
    importlib.import_module(module)
print(json.dumps({d.name.lower().replace("_", "-"): d.version for d in distributions()}))
"""


@pytest.fixture(scope="module")
def build_here() -> ModuleType:
    spec = spec_from_file_location("build_here", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules["build_here"] = module
    spec.loader.exec_module(module)
    return module


def test_only_the_stages_that_a_target_is_made_of_are_run(build_here: ModuleType, dockerfile: str) -> None:
    stages = build_here.read_stages(dockerfile)
    assert build_here.in_order(stages, "service") == ["runtime", "dependencies", "build", "service"]
    assert build_here.in_order(stages, "sandbox") == ["runtime", "dependencies", "build", "sandbox-build", "sandbox"]


def test_every_instruction_of_the_dockerfile_is_known(build_here: ModuleType, dockerfile: str) -> None:
    for stage in build_here.read_stages(dockerfile).values():
        for instruction, _ in stage.steps:
            assert hasattr(build_here.Build, f"_{instruction.lower()}"), instruction


def test_what_is_at_the_root_of_an_image_is_in_the_folder(build_here: ModuleType) -> None:
    build = build_here.Build(Path("/folder"), {})
    assert build.root.parent == Path("/folder")
    assert build._here("/app/bin/python -m venv /app") == f"{build.root}/app/bin/python -m venv {build.root}/app"
    assert build._here("PATH=/app/bin:$PATH A=b") == f"PATH={build.root}/app/bin:$PATH A=b"
    unchanged = "awk '/^[^ ]/ { wanted = /^(a|b)==/ } wanted' ./shared wheels/*.whl"
    assert build._here(unchanged) == unchanged


@pytest.mark.system
def test_the_steps_make_what_runs_the_service(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, str(SCRIPT), str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    bin = tmp_path / "root/app/bin"
    inspected = subprocess.run(
        [str(bin / "python"), "-c", INSPECTING], cwd=tmp_path, env={}, capture_output=True, text=True
    )
    assert inspected.returncode == 0, inspected.stderr
    installed = json.loads(inspected.stdout)
    locked = dict(
        re.findall(r"^([a-z0-9-]+)==([^\s;\\]+)", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE)
    )
    own = {name: installed.pop(name) for name in ("shared", "catalog-api")}
    assert len(own) == 2
    assert installed.items() <= locked.items()
    assert len(installed) > 50
    assert subprocess.run([str(bin / "uvicorn"), "--version"], env={}, check=False).returncode == 0
    assert (tmp_path / "root/state/clients").is_dir()
