"""K2: who has verified a submission does not publish it, whatever else they may do with it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import date
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from catalog_api.codes import codes
from devkit.testing.national_ids import generate

ITEMS = codes("check-list")
HOST = "https://catalog.test"
REASON = {"reason": "Beskrivelsen er for knapp"}


@pytest.fixture
def tool(make_tool: Any) -> dict[str, Any]:
    made: dict[str, Any] = make_tool("Søvnskolen", subjectAreas=["sleep"])
    return made


@pytest.fixture
def third(approval: Any) -> Any:
    """One more of the staff."""
    return approval.staff.but(pid=generate(date(1983, 4, 5), 7), name="Sølvi Fjellvåken")


@pytest.fixture
async def without_the_rule(make_app: Callable[..., FastAPI], database: Any) -> AsyncIterator[httpx.AsyncClient]:
    app = make_app(publisher_may_have_verified=True)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOST) as client,
    ):
        yield client


async def answer(caller: Any, path: str, *items: str, fulfilled: bool = True) -> httpx.Response:
    answers = [{"item": item, "fulfilled": fulfilled} for item in items]
    found: httpx.Response = await caller.post(f"{path}/verification", {"items": answers})
    return found


async def refused(caller: Any, path: str, language: str = "nb") -> dict[str, Any]:
    response = await caller.post(f"{path}/publish", None, {"Accept-Language": language})
    assert (response.status_code, response.json()["code"]) == (403, "publisher-verified"), response.text
    assert (await caller.get(path)).json()["state"] == "verified"
    problem: dict[str, Any] = response.json()
    return problem


async def test_K2_who_verified_does_not_publish_and_another_does(approval: Any, tool: Any, rows: Any) -> None:
    path = await approval.go(tool, to="verified")
    await refused(approval.staff, path)
    assert await rows("tool") == [] == await rows("outbox")
    assert (await approval.other_staff.post(f"{path}/publish")).status_code == 200


async def test_K2_the_refusal_is_told_in_three_languages(approval: Any, tool: Any) -> None:
    path = await approval.go(tool, to="verified")
    titles = {language: (await refused(approval.staff, path, language))["title"] for language in ("nb", "nn", "en")}
    assert titles == {
        "nb": "Den som har verifisert innsendingen, kan ikke publisere den.",
        "nn": "Den som har verifisert innsendinga, kan ikkje publisere ho.",
        "en": "Whoever has verified the submission cannot publish it.",
    }


async def test_K2_one_item_is_enough_also_one_that_another_answered_again(approval: Any, tool: Any, third: Any) -> None:
    path = await approval.go(tool, to="assured")
    await answer(approval.other_staff, path, ITEMS[0], fulfilled=False)
    assert (await answer(approval.staff, path, *ITEMS)).json()["state"] == "verified"
    for verifier in (approval.staff, approval.other_staff):
        await refused(verifier, path)
    assert (await third.post(f"{path}/publish")).status_code == 200


async def test_K2_a_new_name_or_employer_is_not_another_person(approval: Any, tool: Any) -> None:
    path = await approval.go(tool, to="verified")
    await refused(approval.staff.but(name="Torunn Gift", organisation="999977799"), path)


async def test_K2_of_two_with_the_same_name_the_other_publishes(approval: Any, tool: Any) -> None:
    path = await approval.go(tool, to="verified")
    namesake = approval.other_staff.but(name=approval.staff.token["name"])
    assert (await namesake.post(f"{path}/publish")).status_code == 200


async def test_K2_verifying_in_an_earlier_round_was_about_another_text(approval: Any, tool: Any) -> None:
    """At one and the same time of the clock: rounds follow each other by their order."""
    path = await approval.go(tool, to="verified")
    await approval.staff.post(f"{path}/return", REASON)
    await approval.submit(path)
    await approval.assure(path)
    await answer(approval.other_staff, path, *ITEMS)
    await refused(approval.other_staff, path)
    assert (await approval.staff.post(f"{path}/publish")).status_code == 200


async def test_K2_verifying_an_earlier_revision_does_not_count(approval: Any, tool: Any) -> None:
    path = await approval.go(tool, to="published")
    tool_id = (await approval.supplier.get(path)).json()["toolId"]
    change = {"toolId": tool_id, "tool": {"minimumAge": 18}}
    path = (await approval.supplier.post("/v1/submissions", change)).headers["location"]
    await approval.submit(path)
    await approval.assure(path)
    await answer(approval.other_staff, path, *ITEMS)
    assert (await approval.staff.post(f"{path}/publish")).status_code == 200


async def test_K3_a_light_change_asks_for_the_second_person_too(approval: Any, tool: Any) -> None:
    path = await approval.go(tool, to="published")
    tool_id = (await approval.supplier.get(path)).json()["toolId"]
    change = {"toolId": tool_id, "tool": {"texts": {"nb": {"shortText": "Kortere."}}}}
    path = (await approval.supplier.post("/v1/submissions", change)).headers["location"]
    await approval.submit(path)
    assert (await approval.verify(path)).json()["approval"] == "light"
    await refused(approval.staff, path)
    assert (await approval.publish(path)).status_code == 200


async def test_K2_returning_and_rejecting_are_left_to_who_verified(approval: Any, tool: Any) -> None:
    path = await approval.go(tool, to="verified")
    assert (await approval.staff.get(path)).json()["allowedTransitions"] == ["verification", "return", "reject"]
    assert "publish" in (await approval.other_staff.get(path)).json()["allowedTransitions"]
    assert (await approval.staff.post(f"{path}/return", REASON)).status_code == 200


async def test_K2_what_is_missing_is_said_before_who_may_not(approval: Any, tool: Any) -> None:
    path = await approval.go(tool, to="assured")
    await answer(approval.staff, path, ITEMS[0])
    incomplete = await approval.staff.post(f"{path}/publish")
    assert (incomplete.status_code, incomplete.json()["code"]) == (409, "check-list-incomplete")


async def test_K2_staff_see_who_verified_and_others_do_not(approval: Any, tool: Any) -> None:
    path = await approval.go(tool, to="assured")
    assert (await approval.staff.get(path)).json()["verifiedBy"] == []
    await answer(approval.other_staff, path, ITEMS[0])
    changed = await approval.verify(path)
    expected = [
        {"role": "staff", "organisation": caller.token["organisation"], "name": caller.token["name"]}
        for caller in (approval.other_staff, approval.staff)
    ]
    assert changed.json()["verifiedBy"] == expected == (await approval.staff.get(path)).json()["verifiedBy"]
    for outsider in (approval.supplier, approval.health_body):
        assert (await outsider.get(path)).json()["verifiedBy"] is None


async def test_K2_of_verifying_and_publishing_at_once_no_person_gets_both(approval: Any, tool: Any) -> None:
    """Whichever comes first: a published submission is verified no more, and who verified publishes no more."""
    path = await approval.go(tool, to="verified")
    publishing, verifying = await asyncio.gather(
        approval.other_staff.post(f"{path}/publish"), answer(approval.other_staff, path, ITEMS[0])
    )
    assert sorted((publishing.status_code == 200, verifying.status_code == 200)) == [False, True]


async def test_K2_a_small_staff_can_do_without_the_rule(
    approval: Any, tool: Any, without_the_rule: httpx.AsyncClient
) -> None:
    path = await approval.go(tool, to="verified")
    await refused(approval.staff, path)
    alone = approval.staff.but()
    alone.client = without_the_rule
    assert "publish" in (await alone.get(path)).json()["allowedTransitions"]
    assert (await alone.post(f"{path}/publish")).status_code == 200
