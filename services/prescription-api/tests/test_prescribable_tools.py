"""P2: the list of tools as a practitioner sees it, filtered and searched as the catalogue (K5)."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from shared.events import ToolStopped

READ = "nhn:verktoyformidler/read"
PATH = "/v1/prescribable-tools"
Names = Callable[..., Awaitable[list[str]]]


def named(name: str, **texts: str) -> dict[str, dict[str, str]]:
    return {"nb": {"name": name, "shortText": "Kort.", **texts}}


@pytest.fixture
def names(client: Any, practitioner: Any) -> Names:
    """Of every page, by two at a time; `between` is done after each page but the last."""

    async def names(between: Callable[[], Awaitable[Any]] | None = None, **query: Any) -> list[str]:
        seen, cursor = [], None
        while True:
            asked = {"limit": 2, **query, **({"cursor": cursor} if cursor else {})}
            page = (await client.get(PATH, params=asked, auth=practitioner(READ))).json()
            seen += [tool["name"] for tool in page["items"]]
            cursor = page["nextCursor"]
            if cursor is None:
                return seen
            if between:
                await between()

    return names


@pytest.fixture
async def tools(publish: Any) -> list[UUID]:
    return [
        await publish(1, texts=named("Alfa"), purpose="learning", subjectAreas=["sleep", "pain"], languages=["se"]),
        await publish(2, texts=named("Beta"), purpose="mapping", targetGroups=["young"], kind="integrated"),
        await publish(3, texts=named("Gamma"), purpose="treatment", subjectAreas=["cancer"], loginRequired=False),
        await publish(4, texts=named("Delta"), purpose="treatment", prescriptionRequired=False, national=False),
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["Alfa", "Beta", "Delta", "Gamma"]),
        ({"purpose": "learning"}, ["Alfa"]),
        ({"purpose": ["learning", "mapping"]}, ["Alfa", "Beta"]),
        ({"subjectArea": "pain"}, ["Alfa"]),
        ({"subjectArea": ["pain", "cancer"]}, ["Alfa", "Gamma"]),
        ({"subjectArea": ["pain", "cancer"], "purpose": "treatment"}, ["Gamma"]),
        ({"targetGroup": "young"}, ["Beta"]),
        ({"language": "se"}, ["Alfa"]),
        ({"kind": "integrated"}, ["Beta"]),
        ({"national": "false"}, ["Delta"]),
        ({"loginRequired": "false"}, ["Gamma"]),
        ({"prescriptionRequired": "false"}, ["Delta"]),
        ({"q": "delta", "purpose": "treatment"}, ["Delta"]),
        ({"q": "delta", "purpose": "learning"}, []),
        ({"subjectArea": "unheard-of"}, []),
    ],
)
@pytest.mark.usefixtures("tools")
async def test_P2_the_list_is_filtered_as_the_catalogue(names: Names, query: dict[str, Any], found: list[str]) -> None:
    assert await names(**query) == found


@pytest.mark.parametrize("q", ["svevn", "søvnvanskar", "sovn", "søvnn", "sleeping", "søvndagboka"])
async def test_P2_K5_the_list_is_searched_as_the_catalogue(names: Names, publish: Any, q: str) -> None:
    sleep = named("Søvnstigen") | {"en": {"name": "Sleep ladder", "shortText": "Short."}}
    await publish(1, texts=named("Alt annet", shortText="Om søvn, og sleep"), keywords=[])
    await publish(2, texts=sleep, keywords=["søvn", "dagbok"])
    await publish(3, texts=named("Ryggplanen"), keywords=[])
    assert (await names(q=q))[0] == "Søvnstigen"
    assert "Ryggplanen" not in await names(q=q)


async def test_P2_a_revision_is_found_by_its_new_words_and_a_stopped_tool_not_at_all(
    names: Names, publish: Any, tell: Any
) -> None:
    tool_id = await publish(1, texts=named("Gammelt"))
    assert await names(q="nytt") == []
    await publish(2, tool_id, texts=named("Nytt"))
    assert await names(q="nytt") == ["Nytt"]
    assert await names(q="gammelt") == []
    await tell(ToolStopped(tool_id=tool_id, sequence=3, revision=2, category="security"))
    assert await names(q="nytt") == []


async def test_P2_pages_of_a_search_hold_while_tools_come(names: Names, publish: Any) -> None:
    sequence = 0

    async def more() -> None:
        nonlocal sequence
        sequence += 1
        keywords = ["søvn", f"ord{sequence}"]
        await publish(sequence, texts=named(f"Søvn {sequence:02}"), keywords=keywords[: sequence % 3])

    for _ in range(7):
        await more()
    before = await names(q="søvn")
    assert await names(q="søvn", between=more) == before
    assert len(await names(q="søvn")) > len(before)
