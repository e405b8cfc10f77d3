"""The patient sees why something was taken back, ended or stopped, in words (P10, K4, 0058)."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from helsetilbud_api.citizen.rebuilding.rebuild import rebuild
from helsetilbud_api.citizen.texts import REASONS
from shared.language import LANGUAGES

LISTS = Path(__file__).parents[2] / "catalog-api/catalog_api/code_lists"


@pytest.mark.parametrize(
    ("how", "category", "language", "text"),
    [
        ("revoked", "sent-by-mistake", "nb", "Verktøyet ble sendt ved en feil."),
        ("revoked", "sent-by-mistake", "nn", "Verktøyet vart sendt ved ein feil."),
        ("ended", "completed", "en", "Its use is completed."),
        ("ended", "of-a-later-version", "nb", "Det er en annen årsak."),
    ],
)
async def test_P10_the_entry_says_why_it_was_taken_back_or_ended_also_after_a_rebuild(
    kari: Any, others: Any, prescribed: Any, database: Any, how: str, category: str, language: str, text: str
) -> None:
    event = getattr(others, how)(prescribed).model_copy(update={"category": category})
    await others.tell(event)
    for _ in range(2):
        answer = await kari.get("/v1/me/feed", {"Accept-Language": language})
        entry = next(it for it in answer.json()["items"] if it["kind"] == f"tool-{how}")
        assert entry["reason"] == {"code": category, "text": text}
        await rebuild(database)


async def test_P10_an_entry_from_before_reasons_were_told_has_none(kari: Any, others: Any, prescribed: Any) -> None:
    await others.tell(others.revoked(prescribed))
    assert [it["reason"] for it in await kari.feed()] == [None, None]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("nb", "Årsaken er sikkerhet."),
        ("nn", "Årsaka er tryggleik."),
        ("en", "The reason is security."),
    ],
)
async def test_K4_a_stopped_tool_says_why_among_my_tools_and_in_the_feed(
    kari: Any, others: Any, prescribed: Any, tool: UUID, clock: Any, language: str, text: str
) -> None:
    clock.go(minutes=1)
    await others.tell(others.stopped(tool))
    asked = {"Accept-Language": language}
    [mine] = (await kari.get("/v1/me/tools", asked)).json()["items"]
    assert (mine["withdrawnCategory"], mine["withdrawnText"]) == ("security", text)
    [newest, _] = (await kari.get("/v1/me/feed", asked)).json()["items"]
    assert (newest["kind"], newest["reason"]) == ("tool-withdrawn", {"code": "security", "text": text})


def test_every_reason_to_stop_a_tool_has_words() -> None:
    codes = {item["code"] for item in json.loads((LISTS / "stop-reasons.json").read_text("utf-8"))["items"]}
    assert codes <= REASONS.keys()
    assert all(set(words) == set(LANGUAGES) for words in REASONS.values())
