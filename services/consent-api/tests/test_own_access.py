"""A young person's own access: with a parent's consent, from 12 (S5)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

PATH = "/v1/me/own-access"
YES, NO = '{"granted": true}', '{"granted": false}'


@pytest.fixture
def young(citizen: Any, mother: Any, register: Any) -> Any:
    """12 years old tomorrow."""
    young = citizen(date(2014, 11, 23))
    register.parents[young.number] = [mother.number]
    return young


async def test_S5_a_parent_says_yes_from_the_12th_birthday_in_norway_and_it_works_at_once(
    young: Any, mother: Any, clock: Any
) -> None:
    acting = mother.acting_for(young.number)
    clock.now = datetime(2026, 11, 22, 22, 59, tzinfo=UTC)
    assert (await acting.get(PATH)).json() == {"granted": False, "version": 0, "changedAt": None}
    too_early = await acting.put(PATH, YES, {"If-Match": '"0"'})
    assert (too_early.status_code, too_early.json()["code"]) == (409, "own-access-not-applicable")
    assert (await young.get("/v1/me/consent")).json()["code"] == "too-young"
    clock.now = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
    assert (await young.get("/v1/me/consent")).json()["code"] == "own-access-missing"
    granted = await acting.put(PATH, YES, {"If-Match": '"0"'})
    assert granted.json() == {"granted": True, "version": 1, "changedAt": clock.written}
    assert (await young.get("/v1/me/consent")).status_code == 200
    assert (await young.set_level("full", '"0"')).status_code == 200
    assert (await young.get(PATH)).json()["granted"] is True


async def test_S5_a_parent_takes_it_back(young: Any, mother: Any, clock: Any, rows: Any, reference: Any) -> None:
    clock.go(days=1)
    acting = mother.acting_for(young.number)
    await acting.put(PATH, YES, {"If-Match": '"0"'})
    assert (await young.get("/v1/me/consent")).status_code == 200
    await acting.put(PATH, NO, {"If-Match": '"1"'})
    assert (await young.get("/v1/me/consent")).json()["code"] == "own-access-missing"
    history = await rows("own_access_history")
    assert [(row["version"], row["granted"]) for row in history] == [(1, True), (2, False)]
    assert {row["acted_by"] for row in history} == {reference(mother.number)}


async def test_S5_no_young_person_gives_themselves_access(young: Any, mother: Any, clock: Any, rows: Any) -> None:
    clock.go(days=1)
    await mother.acting_for(young.number).put(PATH, YES, {"If-Match": '"0"'})
    refused = await young.put(PATH, YES, {"If-Match": '"1"'})
    assert (refused.status_code, refused.json()["reason"]) == (403, "parent-only")


@pytest.mark.parametrize("born", [date(2014, 11, 23), date(2010, 11, 22)])
async def test_S5_it_is_for_those_of_12_to_15(citizen: Any, mother: Any, register: Any, rows: Any, born: date) -> None:
    child = citizen(born)
    register.parents[child.number] = [mother.number]
    refused = await mother.acting_for(child.number).put(PATH, YES, {"If-Match": '"0"'})
    expected = (409, "own-access-not-applicable") if born.year > 2010 else (403, "representation-not-allowed")
    assert (refused.status_code, refused.json()["code"]) == expected
    assert await rows("own_access") == []


async def test_S5_a_change_of_own_access_builds_on_what_was_seen(
    young: Any, mother: Any, clock: Any, rows: Any
) -> None:
    clock.go(days=1)
    acting = mother.acting_for(young.number)
    assert (await acting.put(PATH, YES, {})).json()["code"] == "precondition-required"
    assert (await acting.put(PATH, NO, {"If-Match": '"0"'})).json()["version"] == 0
    await acting.put(PATH, YES, {"If-Match": '"0"'})
    assert (await acting.put(PATH, NO, {"If-Match": '"0"'})).json()["code"] == "precondition-failed"
    etag = (await acting.get(PATH)).headers["ETag"]
    assert (await acting.get(PATH, {"If-None-Match": etag})).status_code == 304
    assert len(await rows("own_access_history")) == 1
