"""All tools for this citizen: what they may use, filtered and searched as the catalogue, and adding one (M1, M2)."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from helsetilbud_api.citizen.available.rules import Offered, check_addable
from helsetilbud_api.citizen.available.schemas import AvailableTool, AvailableTools
from helsetilbud_api.citizen.errors import ToolNotForRepresentatives
from helsetilbud_api.citizen.models import User
from shared.norway import age_on


@pytest.fixture
def offer(others: Any) -> Any:
    """Publishes a tool that is open to everyone, but for what is said of it."""

    async def publish(name: str = "Pusterommet", sequence: int = 1, **of_tool: Any) -> UUID:
        tool = of_tool.pop("tool_id", None) or uuid4()
        event = others.published(tool, sequence, name=name)
        open_to_all = {"prescription_required": False} | of_tool
        await others.tell(event.model_copy(update={"tool": event.tool.model_copy(update=open_to_all)}))
        return tool

    return publish


async def names(citizen: Any, query: str = "") -> list[str]:
    answer = await citizen.get(f"/v1/me/available-tools{query}")
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in AvailableTools.model_validate(answer.json()).model_dump(by_alias=True)["items"]]


async def outbox(rows: Any) -> list[tuple[str, Any]]:
    found = await rows("SELECT name, payload->'data' AS data FROM outbox ORDER BY id")
    return [(row["name"], row["data"]) for row in found]


@pytest.mark.parametrize("opened", [{}, {"minimum_age": 51}, {"representative_may_use": True}])
async def test_M1_all_tools_are_those_that_this_citizen_may_use(kari: Any, offer: Any, opened: dict[str, Any]) -> None:
    """Kari is 51 years old."""
    tool = await offer(**opened)
    assert await names(kari) == ["Pusterommet"]
    assert (await kari.add(tool)).status_code == 201


@pytest.mark.parametrize(
    ("closed", "status", "code"),
    [
        ({"national": False, "organisations": ["299900130"]}, 404, "tool-not-found"),
        ({"minimum_age": 52}, 403, "too-young-for-tool"),
    ],
)
async def test_M1_what_this_citizen_may_not_use_is_not_listed_and_cannot_be_added(
    kari: Any, offer: Any, closed: dict[str, Any], status: int, code: str
) -> None:
    tool = await offer(**closed)
    assert await names(kari) == []
    refused = await kari.add(tool)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert refused.json().get("minimumAge") == closed.get("minimum_age")


@pytest.mark.rule("M1", "K4")
async def test_K4_a_stopped_tool_is_not_offered_and_cannot_be_added(kari: Any, others: Any, offer: Any) -> None:
    tool = await offer()
    await others.tell(others.stopped(tool))
    assert await names(kari) == []
    refused = await kari.add(tool)
    assert (refused.status_code, refused.json()["code"], refused.json()["category"]) == (
        410,
        "tool-withdrawn",
        "security",
    )


async def test_M1_a_tool_that_needs_a_prescription_is_shown_to_all_marked_so_and_not_added(
    kari: Any, ola: Any, prescribed: Any
) -> None:
    for citizen, mine in ((kari, True), (ola, False)):
        [found] = (await citizen.get("/v1/me/available-tools")).json()["items"]
        assert AvailableTool.model_validate(found).prescription_required
        assert (found["toolId"], found["mine"], found["longText"]) == (str(prescribed.tool_id), mine, "Lang tekst")
        assert await names(citizen, "?prescriptionRequired=false") == []
    refused = await ola.add(prescribed.tool_id)
    assert (refused.status_code, refused.json()["code"]) == (403, "prescription-required")


@pytest.mark.rule("M1", "K5")
async def test_K5_a_restricted_tool_is_shown_whole_to_who_has_it_and_to_nobody_else(
    kari: Any, ola: Any, offer: Any, others: Any, messages: Any
) -> None:
    tool = await offer(national=False, organisations=["299900130"], prescription_required=True)
    await others.tell(others.prescribed(kari, tool))
    [found] = (await kari.get("/v1/me/available-tools")).json()["items"]
    page = (await kari.get(f"/v1/me/tools/{tool}")).json()
    assert found["longText"] == page["longText"] == "Lang tekst"
    assert await names(ola) == []
    in_nynorsk = await kari.get(f"/v1/me/tools/{tool}", {"Accept-Language": "nn"})
    assert in_nynorsk.json()["longText"] == "Lang tekst"  # it has no other


async def test_M1_all_tools_are_filtered_searched_and_paged(kari: Any, offer: Any) -> None:
    await offer("Angsthjelpen", purpose="learning", subject_areas=["anxiety"])
    await offer("Byggeklossen", login_required=True)
    await offer("Castoff", languages=["en"])
    assert await names(kari) == ["Angsthjelpen", "Byggeklossen", "Castoff"]
    assert await names(kari, "?purpose=learning") == ["Angsthjelpen"]
    assert await names(kari, "?subjectArea=anxiety&subjectArea=sleep&loginRequired=false") == [
        "Angsthjelpen",
        "Castoff",
    ]
    assert await names(kari, "?language=en&language=xx") == ["Castoff"]
    assert await names(kari, "?q=angsthjelp") == ["Angsthjelpen"]
    first = (await kari.get("/v1/me/available-tools?limit=2")).json()
    assert await names(kari, f"?limit=2&cursor={first['nextCursor']}") == ["Castoff"]
    searched = (await kari.get("/v1/me/available-tools?limit=2&q=program")).json()
    assert len(await names(kari, f"?limit=2&q=program&cursor={searched['nextCursor']}")) == 1
    assert (await kari.get("/v1/me/available-tools?kind=else")).status_code == 422
    for other in ("purpose=learning", "q=program", "q=angsthjelp"):
        refused = await kari.get(f"/v1/me/available-tools?{other}&cursor={first['nextCursor']}")
        assert (refused.status_code, refused.json()["code"]) == (400, "cursor-invalid")
    nynorsk = {"Accept-Language": "nn"}
    refused = await kari.get(f"/v1/me/available-tools?cursor={first['nextCursor']}", headers=nynorsk)
    assert (refused.status_code, refused.json()["code"]) == (400, "cursor-invalid")


@pytest.mark.rule("S6", "M1")
async def test_S6_nothing_is_offered_or_added_below_full_consent(kari: Any, others: Any, offer: Any) -> None:
    tool = await offer()
    await others.tell(others.level(kari, "basis", 1))
    page = (await kari.get("/v1/me/available-tools")).json()
    assert (page["items"], page["hidden"]["reason"]) == ([], "consent-basis-only")
    refused = await kari.add(tool)
    assert (refused.status_code, refused.json()["code"]) == (403, "tools-hidden")
    await others.tell(others.level(kari, "full", 2))
    assert (await kari.add(tool)).status_code == 201


async def test_M2_a_tool_that_needs_no_prescription_is_added_and_others_are_told(
    kari: Any, offer: Any, rows: Any, clock: Any
) -> None:
    tool = await offer()
    added = await kari.add(tool)
    assert added.headers["Location"] == f"/v1/me/tools/{tool}"
    assert await kari.tools() == [added.json()]
    mine = added.json()
    assert (mine["origin"], mine["new"], mine["addedAt"], mine["prescribedBy"]) == (
        "self-added",
        False,
        clock.written,
        None,
    )
    told = {
        "citizen": kari.reference,
        "toolId": str(tool),
        "prescriptionId": None,
        "actedBy": kari.reference,
        "at": clock.written,
    }
    assert await outbox(rows) == [("helsetilbud.tool-added.v1", told)]


async def test_M2_a_tool_is_added_once(kari: Any, offer: Any, rows: Any) -> None:
    tool, key = await offer(), {"Idempotency-Key": "one-click"}
    first, again = await kari.add(tool, key), await kari.add(tool, key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    refused = await kari.add(tool)
    assert (refused.status_code, refused.json()["code"]) == (409, "tool-already-in-my-tools")
    assert len(await outbox(rows)) == 1


async def test_S6_P14_an_earlier_answer_is_not_given_when_tools_are_hidden(kari: Any, offer: Any, others: Any) -> None:
    tool, key = await offer(), {"Idempotency-Key": "one-click"}
    await kari.add(tool, key)
    await others.tell(others.level(kari, "basis", 9))
    refused = await kari.add(tool, key)
    assert (refused.status_code, refused.json()["code"]) == (403, "tools-hidden")


async def test_M2_a_deleted_tool_comes_back_by_adding_it(kari: Any, offer: Any, clock: Any) -> None:
    tool = await offer()
    await kari.add(tool)
    await kari.open(tool)
    await kari.delete(tool)
    clock.go(minutes=1)
    assert (await kari.add(tool)).status_code == 201
    [mine] = await kari.tools()
    assert (mine["addedAt"], mine["openedAt"]) == (clock.written, None)


async def test_M2_what_does_not_exist_is_not_added(kari: Any, others: Any, tool: UUID) -> None:
    assert (await kari.add(tool)).json()["code"] == "tool-not-found"
    await others.tell(others.stopped(tool))  # of which nothing else is known
    assert (await kari.add(tool)).json()["code"] == "tool-not-found"


@pytest.mark.rule("M2", "M5")
async def test_M5_a_prescription_heard_of_late_takes_the_place_of_what_the_citizen_added(
    kari: Any, others: Any, offer: Any, clock: Any
) -> None:
    tool = await offer()
    event = others.prescribed(kari, tool)
    clock.go(minutes=1)
    await kari.add(tool)
    await others.tell(event)
    [mine] = await kari.tools()
    assert (mine["origin"], mine["prescriptionId"]) == ("prescribed", str(event.prescription_id))


@pytest.mark.rule("P10", "M5")
async def test_P10_a_deleted_prescription_that_is_told_of_again_leaves_what_the_citizen_added(
    kari: Any, others: Any, offer: Any, clock: Any
) -> None:
    tool = await offer()
    event = others.prescribed(kari, tool)
    await others.tell(event)
    await kari.delete(tool)
    clock.go(minutes=1)
    await kari.add(tool)
    await others.tell(event)
    assert [mine["origin"] for mine in await kari.tools()] == ["self-added"]


def test_S5_a_representative_adds_only_what_allows_it(others: Any, tool: UUID) -> None:
    document = others.document(tool).model_copy(update={"prescription_required": False, "target_groups": ["children"]})
    offered, represented = Offered(document, False, None, False, "full"), User("k1-child", 8, True)
    with pytest.raises(ToolNotForRepresentatives):
        check_addable(offered, represented)
    allowing = Offered(document.model_copy(update={"representative_may_use": True}), False, None, False, "full")
    assert check_addable(allowing, represented).tool_id == tool


@pytest.mark.parametrize(
    ("today", "age"),
    [(date(2026, 2, 27), 17), (date(2026, 2, 28), 17), (date(2026, 3, 1), 18), (date(2028, 2, 29), 20)],
)
def test_K1_who_is_born_on_a_leap_day_is_a_year_older_on_the_first_of_march(today: date, age: int) -> None:
    assert age_on(today, date(2008, 2, 29)) == age
