"""K5: how well search answers, by queries that say what a person would expect first."""

import json
from collections import defaultdict
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

from devkit.testing.plugin import MEASURED

HERE = Path(__file__).parent
TOOLS = HERE.parents[2] / "deploy/sandbox/sandbox/data/tools.json"
QUERIES = json.loads((HERE / "search_queries.json").read_text("utf-8"))


@pytest.fixture
async def catalogue(fill: Any) -> None:
    """The tools of the sandbox, all of them for everyone."""
    tools = json.loads(TOOLS.read_text("utf-8"))
    await fill(*(tool | {"national": True, "organisations": []} for tool in tools))


async def reciprocal_rank(client: Any, query: dict[str, Any]) -> float:
    """1 when a right tool is first, 1/2 when second ...; 0 when none is on the first page."""
    response = await client.get("/v1/tools", params={"q": query["q"]})
    names = [item["name"] for item in response.json()["items"]]
    return next((1 / place for place, name in enumerate(names, 1) if name in query["right"]), 0.0)


@pytest.mark.usefixtures("catalogue")
async def test_K5_what_people_look_for_comes_first(client: Any, record_property: Any) -> None:
    ranks = {query["q"]: await reciprocal_rank(client, query) for query in QUERIES}
    groups: dict[str, list[float]] = defaultdict(list)
    for query in QUERIES:
        for group in (query["category"], query["set"]):
            groups[group].append(ranks[query["q"]])
    overall = mean(ranks.values())
    worst = [f"{q} {rank:.2f}" for q, rank in sorted(ranks.items(), key=lambda item: item[1]) if rank < 1]
    figures = f"{overall:.3f} over {len(ranks)} queries; " + ", ".join(f"{g} {mean(r):.3f}" for g, r in groups.items())
    record_property(MEASURED, f"Search: mean reciprocal rank {figures}\nWorst: {'; '.join(worst[:12])}")
    assert overall >= 0.99
    assert {group: mean(found) for group, found in groups.items() if mean(found) < 0.95} == {}
