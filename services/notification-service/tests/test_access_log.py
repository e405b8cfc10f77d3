"""P13: who has looked up what was sent to somebody, for that somebody to read."""

from typing import Any

import pytest

REASON = "Ringte om en melding som ikke kom"


def question(person: Any, **changes: Any) -> dict[str, Any]:
    return {"json": {"citizen": {"nationalId": person.number}, "reason": REASON} | changes}


async def entries(person: Any, language: str = "nb", **params: Any) -> list[dict[str, Any]]:
    answer = await person.get("access-log", headers={"Accept-Language": language}, params=params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


@pytest.mark.parametrize(
    ("language", "words"),
    [("nb", "så hvilke varsler du har fått"), ("nn", "såg kva varsel du har fått"), ("en", "looked at the notif")],
)
async def test_P13_a_look_up_is_in_the_citizens_access_log(kari, ola, operator, clock, language, words) -> None:
    assert (await operator("POST", "/v1/notifications/search", **question(kari))).status_code == 200

    [entry] = await entries(kari, language)
    assert (entry["action"], entry["reason"]) == ("notifications-searched", REASON)
    assert entry["at"] == clock().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert words in entry["text"]
    assert {"name", "organisation", "clientId", "entryId"} <= set(entry)
    assert await entries(ola) == []


async def test_P13_every_page_that_is_looked_at_is_an_entry(kari, news, operator, clock) -> None:
    for _ in range(3):
        await news.prescribed(kari.reference)
    first = await operator("POST", "/v1/notifications/search", **question(kari), params={"limit": 2})
    clock.go(minutes=1)
    cursor = first.json()["nextCursor"]
    await operator("POST", "/v1/notifications/search", **question(kari, reason="Neste side"), params={"cursor": cursor})

    assert [entry["reason"] for entry in await entries(kari)] == ["Neste side", REASON]
    page = (await kari.get("access-log", params={"limit": 1})).json()
    following = await kari.get("access-log", params={"limit": 1, "cursor": page["nextCursor"]})
    assert [entry["reason"] for entry in following.json()["items"]] == [REASON]
    assert (await kari.get("access-log", params={"cursor": "x"})).json()["code"] == "cursor-invalid"


async def test_P13_what_is_refused_has_shown_nothing_and_leaves_nothing(kari, operator) -> None:
    answer = await operator("POST", "/v1/notifications/search", **question(kari), params={"cursor": "x"})
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor-invalid")
    assert await entries(kari) == []


async def test_P13_without_its_entry_a_look_up_is_not_answered(kari, operator, database) -> None:
    async with database.driver() as connection:
        await connection.execute("ALTER TABLE look_up ADD CONSTRAINT nothing_fits CHECK (false) NOT VALID")
    try:
        answer = await operator("POST", "/v1/notifications/search", **question(kari))
    finally:
        async with database.driver() as connection:
            await connection.execute("ALTER TABLE look_up DROP CONSTRAINT nothing_fits")
    assert answer.status_code == 500
    assert "items" not in answer.json()


async def test_P13_why_somebody_looked_is_in_the_entry_and_in_no_log(kari, operator, logged) -> None:
    await operator("POST", "/v1/notifications/search", **question(kari))
    assert "/v1/notifications/search" in logged()
    assert REASON not in logged()


@pytest.mark.parametrize("change", ["DELETE FROM look_up", "UPDATE look_up SET reason = 'another'"])
async def test_P13_the_log_is_added_to_and_never_changed(kari, operator, database, change) -> None:
    await operator("POST", "/v1/notifications/search", **question(kari))
    async with database.driver() as connection:
        with pytest.raises(Exception, match="added to and never changed"):
            await connection.execute(change)


@pytest.mark.parametrize("sign", ["\u2028", "\n", "\u202e"])
async def test_a_reason_holds_no_sign_that_is_unseen_or_forges_a_line(kari, operator, sign) -> None:
    answer = await operator("POST", "/v1/notifications/search", **question(kari, reason=f"Sak{sign}2026/118"))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")
    assert await entries(kari) == []


async def test_S5_a_parent_reads_it_as_consent_api_says(parent, world) -> None:
    assert (await parent.get("access-log")).json()["code"] == "representation-not-allowed"
    world.representations.allow()
    assert await entries(parent) == []
    [*_, asked] = world.representations.asked
    assert (asked["area"], asked["act"], asked["youngPersonsOwn"]) == ("administration", "read", True)
