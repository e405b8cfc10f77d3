"""`make release`, on a clone of the repository."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from tools.release import NotReleased, headed, numbers_of

ROOT = Path(__file__).parents[2]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What is committed, with what is changed here on top."""
    place = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", "--no-tags", ROOT, place], check=True)
    changed = subprocess.run(["git", "diff", "--binary", "HEAD"], cwd=ROOT, check=True, capture_output=True).stdout
    if changed:
        subprocess.run(["git", "apply"], cwd=place, input=changed, check=True)
    for key, value in (("user.name", "Release"), ("user.email", "release@example.test")):
        subprocess.run(["git", "config", key, value], cwd=place, check=True)
    git(place, "add", "--all")
    git(place, "commit", "--quiet", "--allow-empty", "--message", "As it stands here")
    return place


def git(place: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=place, check=True, capture_output=True, text=True).stdout


def release(place: Path, version: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tools.release", version]
    return subprocess.run(command, cwd=place, capture_output=True, text=True)


def test_a_release_is_one_version_everywhere_and_a_tag(clone: Path) -> None:
    done = release(clone, "7.2.1")
    assert done.returncode == 0, done.stderr
    assert git(clone, "describe", "--exact-match", "HEAD").strip() == "v7.2.1"
    assert git(clone, "status", "--porcelain") == ""
    assert '__version__ = "7.2.1"' in (clone / "shared/shared/version.py").read_text("utf-8")
    contracts = [*(clone / "openapi").glob("*.json"), *(clone / "openapi/released").glob("*.json")]
    assert len(contracts) >= 12
    assert [c.name for c in contracts if '"version": "7.2.1"' not in c.read_text("utf-8")] == []
    promised = (clone / "deploy/released-migrations.sha256").read_text("utf-8").splitlines()
    assert {line.split()[1] for line in promised} == {
        path.relative_to(clone).as_posix()
        for pattern in ("shared/shared/schema/*.sql", "services/*/migrations/versions/*.py")
        for path in clone.glob(pattern)
    }
    again = release(clone, "7.2.1")
    assert (again.returncode, again.stderr) == (1, "Not released: 7.2.1 is not newer than 7.2.1\n")


def test_what_is_not_committed_is_not_released(clone: Path) -> None:
    (clone / "README.md").write_text("Something else", "utf-8")
    done = release(clone, "7.0.0")
    assert (done.returncode, done.stderr) == (1, "Not released: there are changes that are not committed\n")
    assert git(clone, "tag") == ""


def test_the_changelog_gets_a_heading() -> None:
    text = "# Changelog\n\n## Unreleased\n\n### Added\n\n- Something.\n\n## 1.0.0\n"
    expected = "# Changelog\n\n## Unreleased\n\n## 1.1.0 - 2027-01-31\n\n### Added\n\n- Something.\n\n## 1.0.0\n"
    assert headed(text, "1.1.0", date(2027, 1, 31)) == expected
    with pytest.raises(NotReleased, match="nothing under Unreleased"):
        headed(expected, "1.2.0", date(2027, 2, 1))


@pytest.mark.parametrize("version", ["1.1", "v1.1.0", "1.1.0-rc1", "01.1.0", ""])
def test_a_version_is_three_numbers(version: str) -> None:
    with pytest.raises(NotReleased, match="is not a version"):
        numbers_of(version)
