"""Every operation that takes a national identity number is in the table of what such a number tells (decision 0056)."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = sorted(path for path in (ROOT / "openapi").glob("*.json") if "asyncapi" not in path.name)
# what a member, a parameter or a column is called that holds one
NUMBER = re.compile(r"national_?ids?\b|fnr|fodselsnummer|\bpid\b|patient\.identifier", re.IGNORECASE)
HEADING = "## What a national identity number tells\n"
ROW = re.compile(r"^\| `([a-z-]+)` `(\w+)` \|(.+)\|$", re.MULTILINE)


def names(document: Mapping[str, Any], node: Any, seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """All that a request's body may hold: members, and what the description or an example of a stream says it does."""
    if isinstance(node, list):
        for part in node:
            yield from names(document, part, seen)
    if not isinstance(node, dict):
        return
    reference = node.get("$ref")
    if reference and reference not in seen:
        found: Any = document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        yield from names(document, found, seen | {reference})
    for name, member in node.get("properties", {}).items():
        yield name
        yield from names(document, member, seen)
    for word in ("schema", "items", "anyOf", "oneOf", "allOf", "additionalProperties", "content"):
        yield from names(document, node.get(word), seen)


def sent_in(document: Mapping[str, Any], item: Mapping[str, Any], operation: Mapping[str, Any]) -> Iterator[str]:
    for parameter in [*item.get("parameters", []), *operation.get("parameters", [])]:
        yield parameter.get("name", "")
    for media_type, body in operation.get("requestBody", {}).get("content", {}).items():
        yield from names(document, body)
        if not media_type.endswith("json"):  # a stream has no members
            yield json.dumps(body.get("example", ""))


def taking_numbers() -> set[tuple[str, str]]:
    found = set()
    for path in CONTRACTS:
        document = json.loads(path.read_text("utf-8"))
        for item in document["paths"].values():
            for method, operation in item.items():
                if method != "parameters" and any(map(NUMBER.search, sent_in(document, item, operation))):
                    found.add((path.stem, operation["operationId"]))
    return found


def rows() -> dict[tuple[str, str], list[str]]:
    page = (ROOT / "docs/security.md").read_text("utf-8")
    section = page.partition(HEADING)[2].partition("\n## ")[0]
    return {(row[1], row[2]): [cell.strip() for cell in row[3].split("|")] for row in ROW.finditer(section)}


def test_every_operation_that_takes_a_number_is_in_the_table_and_no_other() -> None:
    assert set(rows()) == taking_numbers()


def test_each_line_says_to_whom_what_whether_it_is_seen_and_what_is_counted() -> None:
    assert all(len(cells) == 4 and all(cells) for cells in rows().values())


@pytest.mark.parametrize(
    "known",
    [
        ("prescription-api", "lookUpPatient"),
        ("notification-service", "addCampaignRecipients"),
        ("consent-api", "checkActiveAsEhr"),
    ],
)
def test_members_streams_and_old_names_are_found(known: tuple[str, str]) -> None:
    assert known in taking_numbers()
