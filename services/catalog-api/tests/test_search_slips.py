"""K5: one slip of the pen in a tool's own keyword. The queries are made by rule, so that nobody tunes to them."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from random import Random
from statistics import mean
from typing import Any, Final

import pytest

from devkit.testing.plugin import MEASURED

TOOLS = Path(__file__).parents[3] / "deploy/sandbox/sandbox/data/tools.json"
LETTERS: Final = "aeiourstnlk"
SHORTEST: Final = 6


def slips(word: str, chance: Random) -> Iterator[str]:
    """Not in the first letter: swapped with the next, left out, one too many, mistaken."""
    place = chance.randrange(1, len(word) - 1)
    other = chance.choice([letter for letter in LETTERS if letter != word[place]])
    yield word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    yield word[:place] + word[place + 1 :]
    yield word[:place] + other + word[place:]
    yield word[:place] + other + word[place + 1 :]


@pytest.fixture
async def tools(fill: Any) -> list[dict[str, Any]]:
    """Those of the sandbox, all of them for everyone."""
    found: list[dict[str, Any]] = json.loads(TOOLS.read_text("utf-8"))
    await fill(*(tool | {"national": True, "organisations": []} for tool in found))
    return found


def queries(tools: list[dict[str, Any]]) -> list[tuple[str, set[str]]]:
    """What is written, and the tools that have the keyword. A slip that is another word of the catalogue is none."""
    chance, right = Random(11), defaultdict(set)  # noqa: S311 - repeatable on purpose
    for tool in tools:
        for keyword in tool["keywords"]:
            if " " not in keyword and len(keyword) >= SHORTEST:
                right[keyword.lower()].add(tool["texts"]["nb"]["name"])
    written = set(re.findall(r"\w+", json.dumps(tools, ensure_ascii=False).lower()))
    return [
        (said, names)
        for word, names in sorted(right.items())
        for said in slips(word, chance)
        if said != word and said not in written
    ]


async def test_K5_one_slip_in_a_keyword_is_forgiven(
    client: Any, tools: list[dict[str, Any]], record_property: Any
) -> None:
    ranks = {}
    for said, names in queries(tools):
        answer = await client.get("/v1/tools", params={"q": said})
        found = [item["name"] for item in answer.json()["items"]]
        ranks[said] = next((place for place, name in enumerate(found, 1) if name in names), None)
    reciprocal = mean(1 / rank if rank else 0 for rank in ranks.values())
    recalled = mean(bool(rank and rank <= 5) for rank in ranks.values())
    missed = [f"{said} {rank}" for said, rank in ranks.items() if rank != 1]
    figures = f"mean reciprocal rank {reciprocal:.3f}, recall at five {recalled:.3f} over {len(ranks)} queries"
    record_property(MEASURED, f"Slips: {figures}\nNot first: {'; '.join(missed[:40])}")
    assert reciprocal >= 0.95
    assert recalled >= 0.97
