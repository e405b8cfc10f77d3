"""Whom the office names by number can read that it did (P13, H5)."""

from datetime import date
from typing import Any

import pytest

OFFICE = "/v1/offices/9900101"
BLOCKS = f"{OFFICE}/blocked-patients"
LOG = "/v1/me/access-log"
BLOCK = {"services": ["e-consultation"], "reason": "Avtalt i dag"}
WHO = {
    "herId": 9900101,
    "officeName": "Solfjell legekontor",
    "name": "Ragnhild Bergknausen",
    "role": "gp",
    "hprNumber": "990000101",
}


@pytest.fixture
async def database(database: Any) -> Any:
    async with database.driver() as connection:
        await connection.execute("TRUNCATE access_log")
    return database


async def search(by: Any, patient: Any) -> Any:
    return await by.call("POST", f"{BLOCKS}/search", {"patient": {"nationalId": patient.number}})


async def block(by: Any, patient: Any) -> Any:
    return await by.call("POST", BLOCKS, {"patient": {"nationalId": patient.number}, **BLOCK})


async def test_P13_who_is_searched_for_by_number_can_read_it(ragnhild: Any, kari: Any, ola: Any, clock: Any) -> None:
    assert (await search(ragnhild, kari)).status_code == 200
    [entry] = (await kari.read(LOG))["items"]
    assert {name: entry[name] for name in WHO} == WHO
    assert (entry["action"], entry["at"]) == ("looked-up", clock.written)
    assert "Ragnhild Bergknausen" in entry["text"]
    assert "Solfjell legekontor" in entry["text"]
    assert (await ola.read(LOG))["items"] == []


async def test_P13_a_search_that_finds_nothing_of_a_patient_of_others_is_there_too(ragnhild: Any, patient: Any) -> None:
    elsewhere = await patient(date(1966, 6, 6), "990000101", 9900102)
    assert (await search(ragnhild, elsewhere)).json()["items"] == []
    assert len((await elsewhere.read(LOG))["items"]) == 1


async def test_P13_closing_services_is_there_whatever_became_of_it(ragnhild: Any, kari: Any, patient: Any) -> None:
    elsewhere = await patient(date(1966, 6, 6), "990000101", 9900102)
    assert [(await block(ragnhild, it)).status_code for it in (kari, kari, elsewhere)] == [201, 409, 422]
    assert [it["action"] for it in (await kari.read(LOG))["items"]] == ["looked-up"] * 2
    assert len((await elsewhere.read(LOG))["items"]) == 1


async def test_P13_a_repeated_answer_is_there_too(ragnhild: Any, kari: Any) -> None:
    body = {"patient": {"nationalId": kari.number}, **BLOCK}
    for _ in range(2):
        assert (await ragnhild.call("POST", BLOCKS, body, {"Idempotency-Key": "once"})).status_code == 201
    assert len((await kari.read(LOG))["items"]) == 2


async def test_P13_who_is_made_an_editor_can_read_it(ragnhild: Any, kari: Any) -> None:
    body = {"person": {"nationalId": kari.number}, "name": "Kari"}
    assert (await ragnhild.call("POST", f"{OFFICE}/editors", body)).status_code == 201
    [entry] = (await kari.read(LOG))["items"]
    assert (entry["action"], entry["name"]) == ("named-editor", "Ragnhild Bergknausen")


async def test_P13_the_log_is_read_newest_first_page_by_page(ragnhild: Any, kari: Any, clock: Any) -> None:
    for _ in range(3):
        await search(ragnhild, kari)
        clock.go(minutes=1)
    first = await kari.read(LOG, limit=2)
    rest = await kari.read(LOG, limit=2, cursor=first["nextCursor"])
    times = [it["at"] for it in first["items"] + rest["items"]]
    assert len(times) == 3
    assert times == sorted(times, reverse=True)
    assert rest["nextCursor"] is None
    broken = await kari.get(LOG, cursor="x")
    assert (broken.status_code, broken.json()["code"]) == (400, "cursor-invalid")


@pytest.mark.parametrize(("language", "words"), [("nb", "slo deg opp"), ("nn", "slo deg opp"), ("en", "looked you up")])
async def test_P13_an_entry_is_in_the_language_asked_for(ragnhild: Any, kari: Any, language: str, words: str) -> None:
    await search(ragnhild, kari)
    answer = await kari.get(LOG, {"Accept-Language": language})
    assert (answer.headers["Content-Language"], words in answer.json()["items"][0]["text"]) == (language, True)


async def test_P13_an_entry_is_never_changed_and_deleted_only_after_five_years(
    ragnhild: Any, kari: Any, database: Any
) -> None:
    await search(ragnhild, kari)
    async with database.driver() as connection:
        for change in ("UPDATE access_log SET name = 'x'", "DELETE FROM access_log"):
            with pytest.raises(Exception, match="added to and never changed"):
                await connection.execute(change)
