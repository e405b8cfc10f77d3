"""Confirmation codes are messages to addresses that somebody chooses: counted on what nobody can make more of."""

from datetime import date
from typing import Any

import httpx
import pytest

from devkit.testing.national_ids import generate

pytestmark = pytest.mark.rule("V1")
SMS = {"language": "nb", "channels": {"tool": ["sms"]}}


def phone(number: int) -> dict[str, Any]:
    return SMS | {"phone": f"+479000{number:04d}"}


@pytest.fixture
def elsewhere(replica: Any) -> Any:
    async def connect(*citizens: Any, **quotas: int) -> None:
        _, client = await replica(**quotas)
        for one in citizens:
            one.client = client

    return connect


def told(answer: httpx.Response) -> Any:
    return answer.json().get("violatedPolicies", answer.json()["code"]) if answer.is_error else None


async def test_V1_codes_are_counted_by_person_over_days_and_addresses(kari, elsewhere, clock) -> None:
    """Five an hour were a hundred and twenty a day."""
    await elsewhere(kari, codes_per_day=6)
    answers = []
    for number in range(8):
        answers.append(told(await kari.ask_for(phone(number))))
        clock.go(minutes=20)
    assert answers == [None] * 6 + [["codes-day"]] * 2
    again = await kari.request("POST", "contact-points/sms/code")
    assert (again.status_code, again.json()["code"]) == (429, "rate-limit-exceeded")
    assert (await kari.get("notification-settings")).json()["phone"] == phone(5)["phone"]
    clock.go(hours=24)
    assert (await kari.request("POST", "contact-points/sms/code")).status_code == 202


async def test_V1_a_person_has_no_more_codes_for_acting_for_others(parent, world, elsewhere) -> None:
    await elsewhere(parent, codes_per_day=3)
    world.representations.allow()
    answers = []
    for day in range(1, 5):
        parent.token["represents"] = generate(date(2020, 6, day), 0)
        answers.append(told(await parent.ask_for(phone(day))))
    assert answers == [None, None, None, ["codes-day"]]


async def test_V1_codes_to_one_address_are_counted_whoever_asks(kari, ola, elsewhere) -> None:
    await elsewhere(kari, ola, codes_to_one_per_day=3)
    assert [told(await who.ask_for(phone(1))) for who in (kari, ola)] == [None, None]
    assert told(await kari.request("POST", "contact-points/sms/code")) is None
    assert told(await ola.request("POST", "contact-points/sms/code")) == ["codes-address-day"]
    assert told(await ola.ask_for(phone(2))) is None
