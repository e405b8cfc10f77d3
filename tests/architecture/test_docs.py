"""House rule: what documents point at is there, and every decision is in the index by subject."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DECISIONS = ROOT / "docs/decisions"


def documents() -> list[Path]:
    command = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return [ROOT / name for name in listed]


def dead_links(document: Path) -> list[str]:
    """Links to files that are not there. Addresses are not asked, and anchors not looked for."""
    links = re.findall(r"\]\(([^)\s]+)\)", document.read_text("utf-8"))
    local = [link.partition("#")[0] for link in links if not re.match(r"[a-z]+:", link)]
    return [link for link in local if link and not (document.parent / link).exists()]


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_document_points_at_what_is_there(document: Path) -> None:
    assert dead_links(document) == []


def test_a_dead_link_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("[here](page.md#part) [there](gone.md) [outside](https://example.org/gone.md)", "utf-8")
    assert dead_links(page) == ["gone.md"]


def test_files_that_the_architecture_names_are_there() -> None:
    text = (ROOT / "docs/architecture.md").read_text("utf-8")
    named = re.findall(r"`((?:services|shared|tests|deploy)/[\w./-]+)`", text)
    assert len(named) > 15
    assert [name for name in named if "NAME" not in name and not (ROOT / name).exists()] == []


def test_every_decision_is_in_the_index_once_under_its_title() -> None:
    lines = (DECISIONS / "index.md").read_text("utf-8").splitlines()
    titles = {page.name: page.read_text("utf-8").splitlines()[0][len("# 0000. ") :] for page in DECISIONS.glob("0*.md")}
    listed = [line for line in lines if line.startswith("- ")]
    assert sorted(listed) == sorted(f"- [{name[:4]}]({name}) {title}" for name, title in titles.items())


def rules_used(text: str) -> set[str]:
    """Not those in quotes, which are other things: names of tests' data, parts of drawings."""
    return set(re.findall(r"(?<![\w\"'#/.=-])[KPSVMHI]\d{1,2}(?![\w\"'.-]?\w)", text))


def test_every_rule_number_that_is_used_is_defined_in_the_domain() -> None:
    domain = (ROOT / "docs/domain.md").read_text("utf-8")
    defined = set(re.findall(r"^- \*\*([KPSVMHI]\d{1,2})\*\*", domain, re.MULTILINE))
    command = ["git", "-C", str(ROOT), "grep", "-hE", r"\b[KPSVMHI][0-9]{1,2}\b", "--", "*.py", "*.md"]
    used = rules_used(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert used - defined == set()
    assert len(used) > 40


def test_no_contract_names_a_rule_number() -> None:
    """Outsiders read contracts, and have no list of our rules."""
    texts = {file.name: file.read_text("utf-8") for file in (ROOT / "openapi").glob("*.json")}
    in_words = {name: re.findall(r'"(?:description|summary)": "(.*)"', text) for name, text in texts.items()}
    assert sum(map(len, in_words.values())) > 1000
    assert {(name, words) for name, all_words in in_words.items() for words in all_words if rules_used(words)} == set()
