"""What documents tell people to type is there."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def documents() -> Iterator[Path]:
    yield ROOT / "README.md"
    for folder in ("docs", "deploy", "services"):
        yield from (file for file in (ROOT / folder).rglob("*.md") if ".venv" not in file.parts)


def told(text: str) -> set[str]:
    """Targets within backquotes, also where several stand together or a variable stands before them."""
    return {
        target
        for quoted in re.findall(r"`([^`\n]+)`", text)
        for target in re.findall(r"(?:^|[\s\"])make ([a-z][a-z-]*)", quoted)
    }


def test_every_make_target_that_a_document_names_is_there() -> None:
    missing = {file.relative_to(ROOT).as_posix(): told(file.read_text("utf-8")) - TARGETS for file in documents()}
    assert {file: names for file, names in missing.items() if names} == {}


def test_every_measurement_of_the_scaling_page_names_where_it_comes_from() -> None:
    text = (ROOT / "docs/scaling.md").read_text("utf-8")
    table = text.partition("## What was measured")[2].partition("\n## ")[0]
    rows = [line.split("|")[1:-1] for line in table.splitlines() if line.startswith("| ") and "figure" not in line]
    assert len(rows) > 10
    pages = {page.name[:4] for page in (ROOT / "docs/decisions").glob("*.md")}
    for what, _, source in rows:
        named = told(source) or set(re.findall(r"\b\d{4}\b", source))
        assert named, what
        assert named <= TARGETS | pages, what
