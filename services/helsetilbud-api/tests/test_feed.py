"""The feed: what has happened, newest first."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from helsetilbud_api.citizen.rebuilding.rebuild import rebuild
from helsetilbud_api.citizen.schemas import Feed
from shared.events import NotificationFailed, NotificationSent, ToolReinstated


async def test_M4_an_entry_says_what_happened_and_leads_to_it(
    kari: Any, prescribed: Any, tool: UUID, clock: Any
) -> None:
    [entry] = await kari.feed()
    assert UUID(entry.pop("feedEventId"))
    assert entry == {
        "kind": "tool-prescribed",
        "occurredAt": clock.written,
        "title": "Du har fått et nytt verktøy",
        "text": "Ine Eksempel har sendt deg «Søvntrappa».",
        "toolId": str(tool),
        "prescriptionId": str(prescribed.prescription_id),
        "about": f"/v1/me/tools/{tool}",
        "reason": None,
        "notified": [],
    }
    assert (await kari.get(entry["about"])).json()["toolId"] == str(tool)


async def test_M4_names_kept_before_the_rule_make_no_line_of_the_feed(kari: Any, others: Any, tool: UUID) -> None:
    published = others.published(tool)
    texts = {"nb": published.tool.texts["nb"].model_copy(update={"name": "Søvn\ntrappa\u202e"})}
    published = published.model_copy(update={"tool": published.tool.model_copy(update={"texts": texts})})
    prescribed = others.prescribed(kari, tool).model_copy(update={"prescriber_name": "Ine\u2028Eksempel"})
    await others.tell(published, prescribed)
    [entry] = await kari.feed()
    assert entry["text"] == "Ine Eksempel har sendt deg «Søvn trappa »."


@pytest.mark.parametrize(
    ("language", "title", "text"),
    [
        ("nb", "Noe nytt om et verktøy", "Det er noe nytt om «Søvntrappa»."),
        ("nn", "Noko nytt om eit verktøy", "Det er noko nytt om «Søvntrappa på nynorsk»."),
        ("en", "Something new about a tool", "There is something new about “Søvntrappa”."),
    ],
)
async def test_M4_a_kind_that_the_next_release_has_told_of_is_shown(
    kari: Any, prescribed: Any, told_by_the_next_release: str, language: str, title: str, text: str
) -> None:
    listed = await kari.get("/v1/me/feed", {"Accept-Language": language})
    assert listed.status_code == 200, listed.text
    [entry] = listed.json()["items"]
    page = await kari.get(f"/v1/me/feed/{entry['feedEventId']}", {"Accept-Language": language})
    assert page.status_code == 200, page.text
    for shown in (entry, page.json()):
        assert (shown["kind"], shown["title"], shown["text"]) == (told_by_the_next_release, title, text)


async def test_M4_the_entry_of_a_tool_that_is_gone_leads_nowhere(kari: Any, prescribed: Any, tool: UUID) -> None:
    await kari.delete(tool)
    assert [entry["about"] for entry in await kari.feed()] == [None, None]


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        (
            "nb",
            [
                "«Søvntrappa» er slettet fra verktøyene dine.",
                "«Søvntrappa» ble åpnet for første gang.",
                "«Søvntrappa» er lagt til i verktøyene dine.",
            ],
        ),
        (
            "nn",
            [
                "«Søvntrappa på nynorsk» er sletta frå verktøya dine.",
                "«Søvntrappa på nynorsk» vart opna for første gong.",
                "«Søvntrappa på nynorsk» er lagt til i verktøya dine.",
            ],
        ),
        (
            "en",
            [
                "“Søvntrappa” has been deleted from your tools.",
                "“Søvntrappa” was opened for the first time.",
                "“Søvntrappa” has been added to your tools.",
            ],
        ),
    ],
)
async def test_M4_M6_adding_first_opening_and_deleting_have_entries(
    kari: Any, others: Any, tool: UUID, clock: Any, database: Any, language: str, texts: list[str]
) -> None:
    event = others.published(tool)
    free = event.tool.model_copy(update={"prescription_required": False})
    await others.tell(event.model_copy(update={"tool": free}))
    for act in (kari.add, kari.open, kari.open, kari.delete):
        clock.go(minutes=1)
        assert (await act(tool)).status_code < 300
    for _ in range(2):
        page = (await kari.get("/v1/me/feed", {"Accept-Language": language})).json()["items"]
        assert [entry["text"] for entry in page] == texts
        assert [entry["kind"] for entry in page] == ["tool-removed", "tool-opened", "tool-added"]
        await rebuild(database)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("nn", "Ine Eksempel har sendt deg «Søvntrappa på nynorsk»."),
        ("en", "Ine Eksempel has sent you “Søvntrappa”."),
    ],
)
async def test_the_feed_speaks_the_citizens_language(kari: Any, prescribed: Any, language: str, text: str) -> None:
    answer = await kari.get("/v1/me/feed", {"Accept-Language": language})
    assert answer.headers["Content-Language"] == language
    assert answer.json()["items"][0]["text"] == text


async def test_a_tool_that_nobody_knows_yet_is_not_named(kari: Any, others: Any, tool: UUID) -> None:
    await others.tell(others.prescribed(kari, tool))
    assert [entry["text"] for entry in await kari.feed()] == ["Ine Eksempel har sendt deg et digitalt verktøy."]


async def test_M4_newest_first_in_pages_that_new_entries_do_not_disturb(kari: Any, others: Any, clock: Any) -> None:
    expected = []
    for number in range(7):
        event = others.prescribed(kari, uuid4())
        await others.tell(event)
        expected.insert(0, str(event.prescription_id))
        clock.go(minutes=number % 2)  # two at the same time now and then
    page = (await kari.get("/v1/me/feed?limit=3")).json()
    seen = page["items"]
    while page["nextCursor"]:
        await others.tell(others.prescribed(kari, uuid4()))
        page = (await kari.get(f"/v1/me/feed?limit=3&cursor={page['nextCursor']}")).json()
        seen += page["items"]
    assert sorted(entry["prescriptionId"] for entry in seen) == sorted(expected)
    times = [entry["occurredAt"] for entry in seen]
    assert times == sorted(times, reverse=True)


async def test_M4_a_full_last_page_is_the_last(kari: Any, others: Any) -> None:
    await others.tell(*(others.prescribed(kari, uuid4()) for _ in range(3)))
    page = (await kari.get("/v1/me/feed?limit=3")).json()
    assert (len(page["items"]), page["nextCursor"]) == (3, None)


async def test_nobody_sees_anybody_elses_feed(ola: Any, prescribed: Any) -> None:
    assert await ola.feed() == []


async def test_K4_those_who_have_a_stopped_tool_are_told_once(
    kari: Any, ola: Any, others: Any, prescribed: Any, tool: UUID, clock: Any
) -> None:
    await others.tell(others.prescribed(ola, tool))
    await ola.delete(tool)
    clock.go(minutes=1)
    await others.tell(others.stopped(tool), times=2)
    assert [entry["kind"] for entry in await kari.feed()] == ["tool-withdrawn", "tool-prescribed"]
    assert {entry["kind"] for entry in await ola.feed()} == {"tool-removed", "tool-prescribed"}
    [newest, _] = await kari.feed()
    assert newest["text"] == "«Søvntrappa» kan ikke åpnes nå."
    assert newest["about"] == f"/v1/me/tools/{tool}"


async def test_K4_a_reinstated_tool_can_be_opened_and_its_holders_are_told(
    kari: Any, others: Any, prescribed: Any, tool: UUID, clock: Any
) -> None:
    reinstated = ToolReinstated(tool_id=tool, sequence=3, revision=1, tool=others.document(tool))
    for event in (others.stopped(tool), reinstated, others.stopped(tool, sequence=4)):
        clock.go(minutes=1)
        await others.tell(event, times=2)
    kinds = [entry["kind"] for entry in await kari.feed()]
    assert kinds == ["tool-withdrawn", "tool-reinstated", "tool-withdrawn", "tool-prescribed"]
    clock.go(minutes=1)
    await others.tell(reinstated.model_copy(update={"sequence": 5}))
    assert (await kari.open(tool)).status_code == 200
    assert [mine["withdrawn"] for mine in await kari.tools()] == [False]


def notification(kari: Any, about: UUID, clock: Any, **given: Any) -> dict[str, Any]:
    usual = {"notification_id": uuid4(), "citizen": kari.reference, "about": str(about), "channel": "sms"}
    return {**usual, "category": "tool", "at": clock.now, **given}


async def test_V1_the_entry_says_how_the_citizen_was_notified(
    kari: Any, others: Any, prescribed: Any, clock: Any
) -> None:
    sms = notification(kari, prescribed.prescription_id, clock)
    mail = notification(kari, prescribed.prescription_id, clock, channel="email")
    await others.tell(NotificationSent(**sms), NotificationFailed(**mail, reason="mailbox-full"), times=2)
    await others.tell(NotificationSent(**sms))  # the same news in another message
    [entry] = await kari.feed()
    assert entry["notified"] == [
        {"channel": "sms", "outcome": "sent", "at": clock.written},
        {"channel": "email", "outcome": "failed", "at": clock.written},
    ]


async def test_M5_a_notification_may_come_before_what_it_is_about(
    kari: Any, others: Any, tool: UUID, clock: Any
) -> None:
    event = others.prescribed(kari, tool)
    await others.tell(NotificationSent(**notification(kari, event.prescription_id, clock)))
    assert await kari.feed() == []
    await others.tell(event)
    [entry] = await kari.feed()
    assert [told["channel"] for told in entry["notified"]] == ["sms"]
    assert entry["kind"] == "tool-prescribed"


async def test_other_notifications_leave_no_trace(kari: Any, others: Any, clock: Any, rows: Any) -> None:
    await others.tell(NotificationSent(**notification(kari, uuid4(), clock, category="study")))
    assert await rows("SELECT * FROM feed_event") == []


async def test_answers_are_of_the_documented_shape(kari: Any, others: Any, prescribed: Any, clock: Any) -> None:
    await others.tell(NotificationSent(**notification(kari, prescribed.prescription_id, clock)))
    page = (await kari.get("/v1/me/feed")).json()
    assert Feed.model_validate(page, by_alias=True).model_dump(mode="json", by_alias=True) == page
