"""Taking over a population's levels at once."""

from typing import Any

import asyncpg
import pytest

from consent_api.loading import load
from shared.db import Database


async def test_S1_what_was_loaded_holds_and_can_be_changed(
    kari: Any, check: Any, reference: Any, database: Database, clock: Any, rows: Any
) -> None:
    loaded_at = clock.written
    assert await load(database, [(reference(kari.number), "full")], clock.now) == 1
    assert (await kari.get("/v1/me/consent")).json() == {"level": "full", "version": 1, "changedAt": loaded_at}
    assert (await check([kari.number]))[0]["active"] is True
    assert await rows("outbox") == []
    assert (await kari.set_level("basis", '"1"')).json()["version"] == 2
    history = (await kari.get("/v1/me/consent/history")).json()["items"]
    assert [(step["level"], step["actedBy"]) for step in history] == [("basis", "self"), ("full", "import")]


async def test_many_are_loaded_from_an_iterator(database: Database, clock: Any, rows: Any) -> None:
    assert await load(database, ((f"k1-{number}", "basis") for number in range(20_001)), clock.now) == 20_001
    assert len(await rows("consent")) == len(await rows("consent_history")) == 20_001


async def test_a_citizen_who_is_there_already_stops_the_whole_load(
    kari: Any, reference: Any, database: Database, clock: Any, rows: Any
) -> None:
    await kari.set_level("none", '"0"')
    await kari.set_level("basis", '"0"')
    before = await rows("consent", "consent_history")
    with pytest.raises(asyncpg.UniqueViolationError):
        await load(database, [("k1-somebody", "full"), *[(reference(kari.number), "full")] * 2], clock.now)
    assert await rows("consent", "consent_history") == before
