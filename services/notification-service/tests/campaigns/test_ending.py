"""V6: a campaign ends, with its refusals counted, also when some of its messages can never be sent."""

from datetime import timedelta
from typing import Any

import pytest

from notification_service.errors import MessageRefused, ProviderUnavailable
from notification_service.sending.models import MOST_ATTEMPTS, PAUSES

pytestmark = pytest.mark.rule("V6")

SPOILED = "UPDATE campaign SET texts = jsonb_set(texts, '{nn,sms}', '\"Hei {name}\"')"


@pytest.fixture
def until_over(feeder: Any, postman: Any, clock: Any) -> Any:
    """The worker for as long as the ladder of attempts is. Returns how many messages were taken up."""

    async def run() -> int:
        end, taken = clock.now + timedelta(seconds=sum(PAUSES) * 1.5), 0
        while clock.now < end:
            await feeder.feed_all()
            while more := await postman.round():
                taken += more
            clock.go(seconds=10)
        return taken

    return run


async def progress(author: Any, made: dict[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = (await author("GET", f"/{made['campaignId']}/progress")).json()
    return shown


async def test_V6_a_text_that_cannot_be_completed_is_refused_at_once_and_the_campaign_ends(
    author, people, ready, until_over, sms, database, rows
) -> None:
    """Approved by a release whose rules for texts were others."""
    good, bad = await people(2, seed=1), await people(3, seed=2, language="nn")
    made = await ready(upto="approved", to=[*good, *bad])
    async with database.driver() as connection:
        await connection.execute(SPOILED)
    await author("POST", f"/{made['campaignId']}/start")

    assert await until_over() == 5

    shown = await progress(author, made)
    assert (shown["state"], shown["sent"], shown["failed"], shown["underWay"]) == ("finished", 2, 3, 0)
    assert shown["endedAt"] is not None
    failed = await rows("SELECT reason, attempts FROM notification WHERE status = 'failed'")
    assert [(row["reason"], row["attempts"]) for row in failed] == [("text-unsound", 1)] * 3
    assert await rows("SELECT * FROM dead_letter") == []  # to be sent again would end the same


async def test_V6_what_can_be_completed_for_the_other_channel_goes_there(
    author, people, ready, until_over, sms, email, database
) -> None:
    made = await ready(upto="approved", to=await people(2, language="nn", email="a@example.org"))
    async with database.driver() as connection:
        await connection.execute(SPOILED)
    await author("POST", f"/{made['campaignId']}/start")
    await until_over()

    assert (len(sms.calls), len(email.taken)) == (0, 2)
    assert (await progress(author, made))["state"] == "finished"


async def test_V6_whatever_providers_do_a_campaign_ends_with_its_refusals_counted(
    author, people, ready, until_over, sms, rows
) -> None:
    """Refused for good, away for ever, failing by a fault of ours, and one that is taken."""
    some = await people(4)
    made = await ready(to=some)
    refused, away, fault, _ = (one.phone for one in some)
    outcomes = {
        refused: MessageRefused("sms-refused"),
        away: ProviderUnavailable("timeout"),
        fault: ValueError("a fault of ours"),
    }
    send = sms.send

    async def told(message: Any) -> Any:
        if error := outcomes.get(message.to):
            raise error
        return await send(message)

    sms.send = told
    await until_over()

    shown = await progress(author, made)
    assert (shown["state"], shown["sent"], shown["failed"], shown["waiting"]) == ("finished", 1, 3, 0)
    kept = await rows("SELECT attempts FROM notification WHERE status = 'failed'")
    assert all(row["attempts"] <= MOST_ATTEMPTS for row in kept)
    receipts = (await author("GET", f"/{made['campaignId']}/receipts")).json()["items"]
    assert sorted(item["outcome"] for item in receipts) == ["failed"] * 3 + ["sent"]
