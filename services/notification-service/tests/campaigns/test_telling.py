"""Who uploads a list is not told why one of its people cannot be sent to, nor in which language or how another is."""

from typing import Any

import pytest

from notification_service.campaigns.telling import in_fives
from shared.limiting import RateLimits

pytestmark = pytest.mark.rule("V6")

REASONS = ("reserved", "deceased", "too-young", "no-consent", "consent-basis-only")


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({}, {}),
        ({"reserved": 1}, {"other": 1}),
        ({"reserved": 4, "deceased": 1}, {"other": 5}),
        ({"reserved": 412, "deceased": 31, "too-young": 2}, {"reserved": 410, "deceased": 30, "other": 5}),
        ({"had-before": 1, "campaign-stopped": 2}, {"had-before": 1, "campaign-stopped": 2}),
    ],
)
def test_V6_reasons_are_told_in_fives_and_the_sum_stays(counts: dict[str, int], told: dict[str, int]) -> None:
    assert in_fives(counts) == told
    assert sum(counts.values()) == sum(told.values())


@pytest.mark.parametrize("reason", REASONS)
async def test_V6_a_list_of_one_does_not_tell_what_is_known_of_that_one(
    ready: Any, author: Any, people: Any, world: Any, draft: Any, reason: str
) -> None:
    # what consent-api answers of their consent, its feed has told as well
    [one] = await people(1, level=None if reason == "no-consent" else "full", language="nn")
    world.reasons[one.number] = [reason]
    made = (await author("POST", "", json=draft())).json()
    taken = (await ready.add(made, [one])).json()
    checked = (await author("POST", f"/{made['campaignId']}/check")).json()["check"]
    shown = (await author("GET", f"/{made['campaignId']}/progress")).json()
    assert [taken["excluded"], checked["excluded"], shown["notSent"]] == [{"other": 1}] * 3


async def test_V6_a_list_of_one_tells_neither_language_nor_channel(ready: Any, author: Any, people: Any) -> None:
    made = await ready(upto="added", to=await people(1, language="nn"))
    checked = (await author("POST", f"/{made['campaignId']}/check")).json()["check"]
    assert (checked["toBeSent"], checked["languages"], checked["channels"]) == (1, {"other": 1}, {"other": 1})


async def test_V6_recipients_count_as_people_asked_about_by_the_organisation(
    author: Any, people: Any, draft: Any, app: Any, settings: Any, clock: Any
) -> None:
    made, some = (await author("POST", "", json=draft())).json(), await people(5)
    usual = app.state.limits
    limits = settings.model_copy(update={"machine_look_ups_per_day": 3})
    app.state.limits = RateLimits.connect(limits, app.state.database, clock)
    try:
        rows = "\n".join(["nationalId", *(one.number for one in some)])
        path, kind = f"/{made['campaignId']}/recipients", {"Content-Type": "text/csv"}
        refused = await author("POST", path, content=rows, headers=kind)
        assert (refused.status_code, refused.json()["violatedPolicies"]) == (429, ["look-ups-day"])
        assert (await author("POST", path, content="\n".join(rows.split("\n")[:3]), headers=kind)).status_code == 200
    finally:
        await app.state.limits.counters.close()
        app.state.limits = usual
