"""Settings and notifications of somebody one acts for: consent-api is asked on every request (S5)."""

from typing import Any

import pytest

SMS = {"language": "nb", "phone": "+4790000002", "email": None, "channels": {"tool": ["sms"]}}
OPERATIONS = [
    ("GET", "notification-settings", {}, "read"),
    ("PUT", "notification-settings", {"json": SMS, "headers": {"If-Match": '"0"'}}, "change"),
    ("POST", "contact-points/sms/confirmation", {"json": {"code": "123456"}}, "change"),
    ("POST", "contact-points/sms/code", {}, "change"),
    ("GET", "notifications", {}, "read"),
]


@pytest.mark.parametrize(("method", "path", "sent", "act"), OPERATIONS)
async def test_S5_consent_api_is_asked_and_its_no_is_final(
    parent: Any, world: Any, method: str, path: str, sent: dict[str, Any], act: str
) -> None:
    answer = await parent.request(method, path, **sent)
    assert (answer.status_code, answer.json()["code"]) == (403, "representation-not-allowed")
    [asked] = world.representations.asked
    assert (asked["relation"], asked["area"], asked["act"]) == ("parent", "administration", act)
    assert (asked["personal"], asked["youngPersonsOwn"]) == (True, True)


@pytest.mark.parametrize(("method", "path", "sent", "act"), OPERATIONS)
async def test_S5_without_consent_api_nobody_acts_for_anybody(
    parent: Any, world: Any, method: str, path: str, sent: dict[str, Any], act: str
) -> None:
    world.representations.allow()
    world.away = {"consent.test"}
    answer = await parent.request(method, path, **sent)
    assert (answer.status_code, answer.json()["code"]) == (503, "representation-unavailable")


async def test_S5_a_parent_has_a_phone_number_for_the_child_and_keeps_their_own(parent: Any, world: Any) -> None:
    world.representations.allow()
    assert (await parent.ask_for(SMS)).status_code == 200
    pending = (await parent.get("notification-settings")).json()
    assert "+4790000002" in str(pending)
    parent.token = {}
    assert "+4790000002" not in (await parent.get("notification-settings")).text
