"""docs/decisions: a page for each choice that someone could question, and a reason for each dependency."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DECISIONS = sorted((ROOT / "docs/decisions").glob("0*.md"))
PAGE = 55  # lines


def named(file: str) -> set[str]:
    lines = (ROOT / file).read_text("utf-8").splitlines()
    return {line for line in lines if line and not line.startswith(("#", "-r "))}


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(page.name[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_is_one_page_with_its_context_and_consequences(page: Path) -> None:
    text = page.read_text("utf-8")
    assert text.startswith(f"# {page.name[:4]}. ")
    assert len(text.splitlines()) <= PAGE
    for part in ("Context", "Decision", "Consequences"):
        assert f"\n## {part}\n" in text


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_refers_to_decisions_that_exist(page: Path) -> None:
    numbers = {other.name[:4] for other in DECISIONS}
    assert set(re.findall(r"\((00\d\d)\)", page.read_text("utf-8"))) <= numbers - {page.name[:4]}


@pytest.mark.parametrize("file", ["requirements.in", "requirements-dev.in"])
def test_every_dependency_has_its_reason_and_every_reason_its_dependency(file: str) -> None:
    text = (ROOT / "docs/decisions/0003-dependencies.md").read_text("utf-8")
    ships, _, tools = text.partition("| tests, sandbox, tools |")
    table = {"requirements.in": ships.partition("| ships |")[2], "requirements-dev.in": tools}[file]
    first_cells = re.findall(r"^\| (`.+?) \|", table, re.MULTILINE)
    assert set(re.findall(r"`([^`]+)`", " ".join(first_cells))) == named(file)
