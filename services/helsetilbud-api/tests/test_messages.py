"""What a practitioner has written to a patient is shown to the patient (P8): asked for where it is shown (0058)."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from helsetilbud_api.citizen.rebuilding.rebuild import rebuild
from helsetilbud_api.citizen.schemas import FeedEventPage, MyToolPage

MESSAGE = "Begynn med første kapittel.\nVi snakkes på torsdag!"


@pytest.fixture
async def greeted(others: Any, kari: Any, tool: UUID, messages: Any) -> Any:
    """Kari has been prescribed the tool with a message."""
    event = others.prescribed(kari, tool).model_copy(update={"has_greeting": True})
    messages.written[event.prescription_id] = MESSAGE
    await others.tell(others.published(tool), event)
    return event


async def page_of(citizen: Any, path: str) -> dict[str, Any]:
    answer = await citizen.get(path)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def entry_of(citizen: Any) -> dict[str, Any]:
    entry = next(it for it in await citizen.feed() if it["kind"] == "tool-prescribed")
    return await page_of(citizen, f"/v1/me/feed/{entry['feedEventId']}")


async def test_P8_the_message_is_on_the_tools_page_and_on_the_entrys(kari: Any, greeted: Any) -> None:
    for page in (await page_of(kari, f"/v1/me/tools/{greeted.tool_id}"), await entry_of(kari)):
        assert (page["message"], page["messageMissing"]) == (MESSAGE, False)


async def test_P8_the_pages_are_of_the_documented_shape(kari: Any, greeted: Any) -> None:
    tool, entry = await page_of(kari, f"/v1/me/tools/{greeted.tool_id}"), await entry_of(kari)
    assert MyToolPage.model_validate(tool, by_alias=True).model_dump(mode="json", by_alias=True) == tool
    assert FeedEventPage.model_validate(entry, by_alias=True).model_dump(mode="json", by_alias=True) == entry


async def test_P8_the_message_is_there_after_a_rebuild_and_after_the_tool_is_deleted(
    kari: Any, greeted: Any, database: Any
) -> None:
    await rebuild(database)
    assert (await page_of(kari, f"/v1/me/tools/{greeted.tool_id}"))["message"] == MESSAGE
    await kari.delete(greeted.tool_id)
    assert (await entry_of(kari))["message"] == MESSAGE


async def test_P8_V2_the_message_is_in_no_table_here(kari: Any, greeted: Any, rows: Any, database: Any) -> None:
    await page_of(kari, f"/v1/me/tools/{greeted.tool_id}")
    tables = await rows("SELECT format('%I', tablename) AS t FROM pg_tables WHERE schemaname = 'public'")
    kept = [await rows(f"SELECT r::text AS row FROM {table['t']} r") for table in tables]  # noqa: S608
    assert "kapittel" not in str(kept)


async def test_P8_nobody_is_asked_for_a_message_that_is_not_there(
    kari: Any, others: Any, tool: UUID, messages: Any
) -> None:
    event = others.prescribed(kari, tool).model_copy(update={"has_greeting": False})
    await others.tell(others.published(tool), event)
    for page in (await page_of(kari, f"/v1/me/tools/{tool}"), await entry_of(kari)):
        assert (page["message"], page["messageMissing"]) == (None, False)
    assert messages.asked == []


async def test_P8_it_is_asked_for_where_nobody_told_whether_there_is_one(
    kari: Any, prescribed: Any, messages: Any
) -> None:
    messages.written[prescribed.prescription_id] = MESSAGE
    assert prescribed.has_greeting is None
    assert (await page_of(kari, f"/v1/me/tools/{prescribed.tool_id}"))["message"] == MESSAGE


@pytest.mark.parametrize("trouble", [httpx.ConnectError("away"), 503, 200])
async def test_P8_without_an_answer_the_page_says_that_the_message_is_missing(
    kari: Any, greeted: Any, messages: Any, trouble: Exception | int
) -> None:
    messages.trouble = trouble
    for page in (await page_of(kari, f"/v1/me/tools/{greeted.tool_id}"), await entry_of(kari)):
        assert (page["message"], page["messageMissing"]) == (None, True)
        assert page["toolId"] == str(greeted.tool_id)


async def test_P8_an_owner_that_is_away_is_not_asked_by_everybody(kari: Any, greeted: Any, messages: Any) -> None:
    messages.trouble = 503
    for _ in range(20):
        await page_of(kari, f"/v1/me/tools/{greeted.tool_id}")
    assert len(messages.asked) < 10


async def test_S5_a_message_to_the_young_is_not_for_their_parents(
    caller: Any, others: Any, tool: UUID, messages: Any, representations: Any
) -> None:
    young = caller(date(2012, 6, 1))
    mother = caller(date(1988, 2, 2), represents=young.number, relation="parent")
    event = others.prescribed(young, tool).model_copy(update={"has_greeting": True})
    messages.written[event.prescription_id] = MESSAGE
    await others.tell(others.published(tool, representative_may_use=True), event)
    representations.allow(narrowed=True)
    for path in (f"/v1/me/tools/{tool}", f"/v1/me/feed/{(await mother.feed())[0]['feedEventId']}"):
        assert (await page_of(mother, path))["message"] is None
        assert (await page_of(young, path))["message"] == MESSAGE


async def test_S5_who_acts_for_a_child_reads_what_was_written_to_it(
    caller: Any, others: Any, tool: UUID, messages: Any, representations: Any
) -> None:
    child = caller(date(2020, 6, 1))
    mother = caller(date(1988, 2, 2), represents=child.number, relation="parent")
    event = others.prescribed(child, tool).model_copy(update={"has_greeting": True})
    messages.written[event.prescription_id] = MESSAGE
    await others.tell(others.published(tool), event)
    representations.allow()
    assert (await page_of(mother, f"/v1/me/tools/{tool}"))["message"] == MESSAGE


async def test_M4_an_entry_that_is_not_mine_is_not_found(kari: Any, ola: Any, greeted: Any) -> None:
    [entry] = await kari.feed()
    for caller, key in ((ola, entry["feedEventId"]), (kari, uuid4())):
        refused = await caller.get(f"/v1/me/feed/{key}")
        assert (refused.status_code, refused.json()["code"]) == (404, "feed-event-not-found")


async def test_S6_an_entry_is_hidden_as_the_feed_is(kari: Any, others: Any, greeted: Any) -> None:
    [entry] = await kari.feed()
    await others.tell(others.level(kari, "basis", 1))
    refused = await kari.get(f"/v1/me/feed/{entry['feedEventId']}")
    assert (refused.status_code, refused.json()["code"]) == (403, "tools-hidden")
