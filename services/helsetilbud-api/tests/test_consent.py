"""S6: without full consent the tools are hidden, and nothing can be done with them."""

from datetime import date
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest

PATHS = ("/v1/me/tools", "/v1/me/feed")


@pytest.mark.parametrize(("level", "reason"), [("none", "no-consent"), ("basis", "consent-basis-only")])
async def test_S6_below_full_the_lists_are_empty_and_say_why(
    kari: Any, others: Any, prescribed: Any, level: str, reason: str
) -> None:
    await others.tell(others.level(kari, level, 2))
    for path in PATHS:
        page = (await kari.get(path)).json()
        assert (page["items"], page["nextCursor"], page["hidden"]["reason"]) == ([], None, reason)
        assert page["hidden"]["text"].startswith("Verktøyene er skjult")


async def test_S6_nothing_can_be_done_with_hidden_tools(kari: Any, others: Any, prescribed: Any, tool: UUID) -> None:
    await others.tell(others.level(kari, "basis", 2))
    for answer in (await kari.open(tool), await kari.delete(tool), await kari.get(f"/v1/me/tools/{tool}")):
        assert (answer.status_code, answer.json()["code"]) == (403, "tools-hidden")
        assert answer.json()["reason"] == "consent-basis-only"


async def test_S6_full_consent_shows_everything_again(kari: Any, others: Any, prescribed: Any, tool: UUID) -> None:
    before = [(await kari.get(path)).json() for path in PATHS]
    await others.tell(others.level(kari, "none", 2), others.level(kari, "full", 3))
    assert [(await kari.get(path)).json() for path in PATHS] == before
    assert (await kari.open(tool)).status_code == 200


@pytest.mark.parametrize("order", list(permutations([("none", 2), ("full", 3), ("basis", 4)])))
async def test_S6_the_newest_level_counts_in_whatever_order(
    kari: Any, others: Any, prescribed: Any, order: tuple[tuple[str, int], ...]
) -> None:
    await others.tell(*(others.level(kari, level, version) for level, version in order))
    assert (await kari.get("/v1/me/tools")).json()["hidden"]["reason"] == "consent-basis-only"


async def test_S6_what_happens_while_hidden_is_there_afterwards(kari: Any, others: Any, tool: UUID) -> None:
    await others.tell(others.level(kari, "none", 1), others.published(tool), others.prescribed(kari, tool))
    assert await kari.feed() == []
    await others.tell(others.level(kari, "full", 2))
    assert len(await kari.feed()) == len(await kari.tools()) == 1


async def test_S6_one_citizens_level_is_nobody_elses(kari: Any, ola: Any, others: Any, prescribed: Any) -> None:
    await others.tell(others.level(ola, "none", 1))
    assert len(await kari.tools()) == 1


@pytest.mark.rule("S6", "S1")
@pytest.mark.parametrize("known", [None, "none"])
async def test_S6_who_never_answered_has_no_tools(
    caller: Any, others: Any, tool: UUID, supplier: Any, known: str | None
) -> None:
    silent, free = caller(date(1982, 3, 1), consenting=False), uuid4()
    offered = others.published(free, prescription_required=False)
    await others.tell(others.published(tool), offered, others.prescribed(silent, tool))
    if known:
        await others.tell(others.level(silent, known, 1))
    for path in (*PATHS, "/v1/me/available-tools", "/v1/me/tools?q=trappa"):
        page = (await silent.get(path)).json()
        assert (page["items"], page["hidden"]["reason"]) == ([], "no-consent"), path
    refused = await silent.get(f"/v1/me/tools/{tool}"), await silent.open(tool), await silent.add(free)
    for answer in (*refused, await silent.delete(tool)):
        assert (answer.status_code, answer.json()["code"], answer.json()["reason"]) == (
            403,
            "tools-hidden",
            "no-consent",
        )
